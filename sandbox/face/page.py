"""The page itself: its panes, brought up to date as the world changes."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from nicegui import run, ui

from sandbox.face import feed, parts, side
from sandbox.face.acts import carry_out
from sandbox.face.frames import sayer
from sandbox.face.panes import Composer, Pane
from sandbox.face.seat import HOME, Seat, read_hit
from sandbox.face.stage import Show, Stage

EVERY = 0.15
TOLD_EVERY = 20


class Page:
    """One tab's page: it draws what its seat sees, and passes on what is touched."""

    def __init__(self, stage: Stage, show: Show, *, me: str, place: str) -> None:
        self._stage, self._show = stage, show
        self.seat = _taken(show, me=me, place=place)
        self._where = ""
        self._seen: object = None
        self._told = 0
        # What was touched first happens first.
        self._acting = asyncio.Lock()
        self._build()
        self._timer = ui.timer(EVERY, self.refresh)

    def _build(self) -> None:
        locale, say = self._show.locale, sayer(self._show.locale)

        def pane(name: str, **given: Any) -> Pane:
            return Pane(name, locale=locale, heard=self._heard, **given)

        with ui.element("div").classes("slack desk") as self._root:
            self._bar = pane("bar", tag="header")
            self._places = pane("places", tag="nav", label=say("places.what"))
            with ui.element("div").classes("place"):
                self._head = pane("head")
                scroll = 'data-scrolls tabindex="0" role="region"'
                with ui.element("div").classes("feed").props(scroll) as self._box:
                    self._feed = pane("feed", stick=True)
                self._notice = pane("notice", label=say("notice.what"), role="status")
                self._composer = Composer(
                    locale=locale, hints=self._show.hints, said=self._said, heard=self._heard
                )
            self._side = pane("side", tag="aside", label=say("side.what"))
            self._bottom = pane("bottom")
            self._sheet = pane("sheet", tag="dialog", modal=True)

    async def refresh(self) -> None:
        """Draw what changed since the last time."""
        if not self._timer.active:
            return
        if self._stage.show is not self._show:
            self._leave()
            return
        town = self._show.town
        self._tell_time()
        minute = int(town.calendar.time() // 60)
        seen = (town.version, self.seat.version, minute, town.calendar.hurries, self._stage.done)
        if repr(seen) != self._seen:
            self._seen = repr(seen)
            self._draw()

    def _leave(self) -> None:
        """Go to the other language's page, once: a second call would cut the first short."""
        self._timer.deactivate()
        ui.navigate.to("/")

    def _tell_time(self) -> None:
        calendar = self._show.town.calendar
        self._told += 1
        if calendar.hurries or self._told % TOLD_EVERY == 1:
            for pane in (self._feed, self._bar, self._sheet):
                pane.tell_time(calendar.time())

    def _draw(self) -> None:
        show, seat = self._show, self.seat
        world = show.town.slack.world
        reader = parts.reader_of(show, seat)
        if seat.place != HOME:
            world.mark_read(seat.me, seat.place)
        where = (seat.me, seat.place, seat.thread)
        self._bar.show(parts.bar(show, seat, reader))
        self._places.show(parts.places(show, seat))
        self._head.show(parts.head(show, seat))
        self._feed.show(feed.feed(show, seat, reader), place=where)
        self._notice.show(parts.notice(show, seat))
        customers, news = side.side(self._stage, show, seat, reader)
        self._side.show(customers)
        self._bottom.show(parts.bottom(show, seat, news=news))
        self._sheet.show(feed.sheet(show, seat, reader))
        self._frame()

    def _frame(self) -> None:
        show, seat, say = self._show, self.seat, sayer(self._show.locale)
        name = parts.place_name(show, seat)
        label = say("composer.thread") if seat.thread else say("composer.write", name=name)
        self._composer.call(label, me=seat.me, place="" if seat.place == HOME else seat.place)
        where = urlencode({"me": seat.me, "place": seat.place})
        if where != self._where:
            # So that a reload finds the same person in the same place.
            self._where = where
            self._root.client.run_javascript(f"history.replaceState(null, '', '?{where}')")
        _set(self._root, {"data-shown": seat.shown, "data-place": seat.place})
        _set(self._box, {"aria-label": say("feed.what", name=name)})

    async def _heard(self, told: dict[str, Any]) -> None:
        async with self._acting:
            await run.io_bound(carry_out, self._stage, self.seat, read_hit(told))
        await self.refresh()

    async def _said(self, text: str) -> None:
        await self._heard({"do": "say", "value": text})


def _set(element: ui.element, props: dict[str, str]) -> None:
    if any(element.props.get(name) != value for name, value in props.items()):
        element.props.update(props)
        element.update()


def _taken(show: Show, *, me: str, place: str) -> Seat:
    """Take the seat that the address names, else the guide's rep in front of the app."""
    world = show.town.slack.world
    people = {user.id for user in world.users.values() if not user.is_bot}
    who = me if me in people else show.chosen.rep
    direct = world.open_im(user=who).id
    theirs = {one.id for one in world.places(who)}
    return Seat(me=who, place=place if place in theirs else direct, seen=side.all_seen(show))


def build(stage: Stage, *, me: str, place: str) -> None:
    """Fill the page for who the address names, or say that the world is being set up."""
    show = stage.show
    if show is not None:
        Page(stage, show, me=me, place=place)
        return
    ui.label(sayer(stage.locale)("bar.waiting")).classes("waiting")
    timer = ui.timer(0.5, lambda: _go_on(stage, timer))


def _go_on(stage: Stage, timer: ui.timer) -> None:
    if stage.show is not None:
        timer.deactivate()
        ui.navigate.to("/")
