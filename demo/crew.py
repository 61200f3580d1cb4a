"""One running demo: a language's town with the bot in it, changed for the other's when asked."""

import json
import logging
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.roster import load_team
from demo.house import House
from demo.opening import guide, hints, rep_of
from demo.past import Past
from sandbox.calendar import Calendar, first_moment
from sandbox.face.stage import Guide, Show, Stage
from sandbox.httpserver import HOST, free_port
from sandbox.story.tale import Arrive, Story, arrivals, make_story
from sandbox.town import Town
from sandbox.world import BOT, ChannelSpec, Workspace, channel_id

log = logging.getLogger(__name__)

ZONE = ZoneInfo("Asia/Jerusalem")
OPEN_CHANNELS = ("leads", "lead-digest")
MANAGERS = "managers"
OPENING = "opening.json"

Told = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Opening:
    """When a world began, and what its guide speaks of; kept so that it can go on.

    The `port` stays, since the links in old mails lead to it.
    """

    began: str
    guide: Guide
    port: int = 0


class Crew:
    """Puts a world on the stage, with the bot in it; a part of the running product."""

    def __init__(self, house: House, *, locale: str, folder: Path, told: Told) -> None:
        self.stage = Stage(locale=locale, change_locale=self.change)
        self._house, self._folder, self._told = house, folder, told
        self._stack = ExitStack()
        self._lock, self._runs = Lock(), False

    def start(self) -> None:
        """Set up the stage's language and let the bot in."""
        with self._lock:
            self._runs = True
            self._enter()

    def stop(self) -> None:
        """End the bot, then its world, which is kept in the folder."""
        with self._lock:
            self._runs = False
            self._leave()

    def change(self, locale: str) -> None:
        """Go on in another language, in the background; what stands is kept for coming back."""
        Thread(target=self._change, args=(locale,), name="language", daemon=True).start()

    def _change(self, locale: str) -> None:
        with self._lock:
            if not self._runs or locale == self.stage.locale:
                return
            before = self.stage.locale
            self._leave()
            self.stage.done.clear()
            try:
                self.stage.locale = locale
                self._enter()
            except Exception as fault:  # noqa: BLE001 - back to the world that worked
                log.error("the language could not be changed: %s", type(fault).__name__)
                self.stage.locale = before
                self._enter()

    def _enter(self) -> None:
        with ExitStack() as stack:
            self.stage.show = self._open(self.stage.locale, stack)
            self._stack = stack.pop_all()

    def _leave(self) -> None:
        self.stage.show = None
        self._stack.close()

    def _open(self, locale: str, stack: ExitStack) -> Show:
        folder = self._folder / locale
        opening = _opening(folder)
        if opening is None:
            # What an interrupted beginning left behind would be lived through twice.
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        began = _began(opening)
        story = make_story(locale=locale, now=began)
        start = Town.left_at(folder) if opening else story.past[0].at
        calendar = Calendar(start=start)
        town = stack.enter_context(
            Town(workspace=_workspace(story), folder=folder, calendar=calendar)
        )
        (folder / "playbook.toml").write_text(story.playbook_toml, "utf-8")
        port = free_port(rather=opening.port if opening else 0)
        desk = stack.enter_context(self._desk(town, story, folder, port))
        if opening is None:
            opening = self._live(desk, town, story, began, port)
            # Last of all, since its presence says that the world is whole.
            town.save()
            (folder / OPENING).write_text(json.dumps(asdict(opening)), "utf-8")
        town.arrivals.leads = arrivals(locale=locale, seed=story.seed, start=_next_stranger(town))
        for part in self._house.build_bot(desk):
            part.start()
            stack.callback(part.stop)
        return _show(desk, town, story, opening.guide)

    def _desk(
        self, town: Town, story: Story, folder: Path, port: int
    ) -> AbstractContextManager[Desk]:
        address = f"http://{HOST}:{port}"
        town.meet(address=address)
        settings = self._house.settings(
            town.env()
            | {
                "DATABASE_URL": f"sqlite:///{folder.resolve() / 'leads.db'}",
                "BACKUP_DIR": str(folder.resolve() / "backups"),
                "HTTP_PORT": str(port),
                "PUBLIC_URL": address,
                "LOCALE": story.locale,
                "MANAGERS_CHANNEL": MANAGERS,
                "PLAYBOOK_FILE": str(folder / "playbook.toml"),
                "TIMEZONE": ZONE.key,
            }
        )
        return self._house.open_desk(settings, clock=town.calendar.now)

    def _live(self, desk: Desk, town: Town, story: Story, began: datetime, port: int) -> Opening:
        load_team(desk, story.team_toml.encode())
        with town.slack.without_limits():
            past = Past(desk, town, self._house.make_senders(desk))
            past.live(story, until=began, told=self._told)
            past.close()
        _read_all(town)
        chosen = guide(desk, story, past.leads, now=began)
        return Opening(began=began.isoformat(), guide=chosen, port=port)


def _read_all(town: Town) -> None:
    world = town.slack.world
    for user in list(world.users):
        for place in world.places(user):
            world.mark_read(user, place.id)


def _opening(folder: Path) -> Opening | None:
    try:
        Town.left_at(folder)
        kept: Mapping[str, Any] = json.loads((folder / OPENING).read_text("utf-8"))
        return Opening(
            began=kept["began"], guide=Guide(**kept["guide"]), port=int(kept.get("port", 0))
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _began(opening: Opening | None) -> datetime:
    if opening is not None:
        return datetime.fromisoformat(opening.began)
    return first_moment(today=datetime.now(UTC), zone=ZONE)


def _workspace(story: Story) -> Workspace:
    everybody = tuple(user.id for user in story.users)
    channels = [
        ChannelSpec(id=channel_id(name=name), name=name, members=(*everybody, BOT))
        for name in OPEN_CHANNELS
    ]
    private = ChannelSpec(
        id=channel_id(name=MANAGERS), name=MANAGERS, members=(story.manager, BOT), is_private=True
    )
    return Workspace(users=story.users, channels=(*channels, private), name=story.sender)


def _show(desk: Desk, town: Town, story: Story, chosen: Guide) -> Show:
    playbook = desk.playbook
    return Show(
        town=town,
        locale=story.locale,
        zone=ZONE,
        manager=story.manager,
        chosen=chosen,
        hints=hints(story.locale),
        campaigns=_campaigns(story),
        products=tuple(product.name for product in playbook.products),
        digest=(playbook.digest_weekday, playbook.digest_at),
        rep_of=partial(rep_of, desk),
    )


def _next_stranger(town: Town) -> int:
    """Give the number after the newest stranger's; the first ones may be forgotten by now."""
    keys = (one.customer.key for one in town.customers.all())
    return 1 + max((int(key[1:]) for key in keys if key.startswith("n")), default=0)


def _campaigns(story: Story) -> tuple[str, ...]:
    arrived = (act.fields.get("campaign") for act in story.past if isinstance(act, Arrive))
    return tuple(sorted({str(name) for name in arrived if name}))
