"""A whole Slack on 127.0.0.1, as a context manager, and the hands of those who test with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self, TypeVar

from sandbox import payloads
from sandbox.apicontext import Context
from sandbox.delivery import Delivery
from sandbox.faults import Faults
from sandbox.httpserver import BackgroundServer
from sandbox.limits import Limits
from sandbox.methods_people import as_json
from sandbox.person import Person
from sandbox.reading import Json
from sandbox.records import Call, Channel
from sandbox.relay import Relay
from sandbox.routes import Front, build_app
from sandbox.sockets import Hub
from sandbox.state import World
from sandbox.triggers import ResponseUrls, Triggers
from sandbox.world import BOT, AppConfig, Workspace

T = TypeVar("T")
SHOWN_CALLS = 12


class SlackServer:
    """A Slack-compatible server; enter it to start. All methods may be called from any thread.

    Lifetimes and limits go by ``clock``, what is written is dated by ``calendar``; both in
    seconds since 1970, and the same unless told otherwise.
    """

    def __init__(
        self,
        *,
        workspace: Workspace,
        app: AppConfig | None = None,
        request_url: str | None = None,
        limits: bool = True,
        clock: Callable[[], float] = time.time,
        calendar: Callable[[], float] | None = None,
        port: int = 0,
    ) -> None:
        config = app or AppConfig()
        self.world = World(workspace=workspace, app=config, clock=clock, calendar=calendar)
        self._wired = ""
        self._hub = Hub(world=self.world, loop=lambda: self._server.loop)
        self._ctx = self._context(config, clock, limits=limits)
        self._front = Front(ctx=self._ctx, hub=self._hub)
        self._server = BackgroundServer(build_app(front=self._front), port=port)
        self._delivery = Delivery(world=self.world, hub=self._hub, request_url=request_url)

    def _context(self, app: AppConfig, clock: Callable[[], float], *, limits: bool) -> Context:
        return Context(
            world=self.world,
            limits=Limits(clock=clock, post_burst=app.post_burst, on=limits),
            triggers=Triggers(clock=clock, lifetime=app.trigger_lifetime),
            response_urls=ResponseUrls(clock=clock, lifetime=app.response_url_lifetime),
            base_url=lambda: self._server.url,
            socket_url=lambda: self._wired or self._server.url,
            issue_ticket=self._hub.issue_ticket,
        )

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._delivery.closing.set()
        self._hub.close_all()
        self._hub.give_up()
        self._server.stop()
        self._delivery.close()

    @property
    def api_url(self) -> str:
        """The Web API's base URL, for ``WebClient(base_url=…)``."""
        return f"{self._server.url}/api/"

    @property
    def faults(self) -> Faults:
        """Trouble on demand for calls of the Web API."""
        return self._front.faults

    @property
    def faults_seen(self) -> list[str]:
        """Everything invalid or inaccessible that the app sent so far."""
        with self.world.lock:
            return list(self.world.faults_seen)

    @property
    def calls(self) -> list[Call]:
        """All calls of the Web API so far, oldest first."""
        with self.world.lock:
            return list(self.world.calls)

    @property
    def connections(self) -> int:
        """The number of live Socket Mode connections."""
        return self._hub.connections

    def person(self, user_id: str) -> Person:
        """Return the hands of a member; raises KeyError for a stranger."""
        user = self.world.users[user_id]
        return Person(user=user, ctx=self._ctx, delivery=self._delivery)

    def channel(self, name: str) -> Channel:
        """Return a channel by name or id; raises KeyError when there is none."""
        channel = self.world.channel_named(name)
        if channel is None:
            raise KeyError(name)
        return channel

    def add_member(self, channel: str, user_id: str = BOT) -> None:
        """Put somebody into a channel, by default the app."""
        members = self.channel(channel).members
        name = self._member(user_id)
        if name not in members:
            members.append(name)
        self.world.touch()

    def remove_member(self, channel: str, user_id: str = BOT) -> None:
        """Take somebody out of a channel, by default the app."""
        self.channel(channel).members.remove(self._member(user_id))
        self.world.touch()

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.channel(channel).is_archived = True
        self.world.touch()

    def deactivate(self, user_id: str) -> None:
        """Deactivate a member, as an admin does; an app that subscribed to user_change hears it."""
        with self.world.lock:
            user = replace(self.world.users[user_id], deleted=True)
            self.world.users[user_id] = user
            self.world.touch()
        told = {
            "type": "user_change",
            "user": as_json(self._ctx, user, locale=True),
            "event_ts": self.world.new_ts(),
        }
        if "user_change" in self.world.app.events:
            self.send_event(told)

    def show_as(
        self, user_id: str, presence: str = "active", *, dnd: tuple[int, int] | None = None
    ) -> None:
        """Show a member as active or away, and not to be disturbed between two moments."""
        with self.world.lock:
            user = self.world.users[user_id]
            self.world.users[user_id] = replace(user, presence=presence, dnd=dnd)
            self.world.touch()

    def _member(self, user_id: str) -> str:
        return self.world.app.bot_user_id if user_id == BOT else user_id

    def set_request_url(self, url: str | None) -> None:
        """Deliver to this URL from now on; None means Socket Mode."""
        self._delivery.request_url = url

    def send_event(self, inner: Json) -> bool:
        """Send any event; tell whether the first attempt was acknowledged (retries follow)."""
        future = self._delivery.tell(payload=payloads.event(world=self.world, inner=inner))
        return future.result(timeout=self.world.app.ack_timeout + 1)

    def verify_request_url(self) -> bool:
        """Send url_verification; tell whether the challenge came back."""
        challenge = {
            "token": self.world.app.verification_token,
            "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
            "type": "url_verification",
        }
        ack = self._delivery.ask(kind="events_api", payload=challenge)
        return isinstance(ack, dict) and challenge["challenge"] in ack.values()

    def redeliver_last(self) -> Any:
        """Send this thread's last command, action or submission again, exactly; return its answer.

        Raises LookupError when it sent none yet.
        """
        if self._delivery.last is None:
            raise LookupError("nothing was delivered yet")
        return self._delivery.last()

    @contextmanager
    def without_limits(self) -> Iterator[None]:
        """Let everything through at once meanwhile, as nobody waits for a story's past."""
        limits = self._ctx.limits
        before, limits.on = limits.on, False
        try:
            yield
        finally:
            limits.on = before

    def disconnect(self, *, reason: str = "refresh_requested") -> None:
        """Ask every Socket Mode connection to reconnect (warning, link_disabled, …)."""
        self._hub.disconnect(reason=reason)

    def cut_connections(self) -> None:
        """Close every Socket Mode connection without a word, as a broken network does."""
        self._hub.close_all()

    @contextmanager
    def on_a_wire(self) -> Iterator[Relay]:
        """Lead the Socket Mode connections that are made meanwhile over a wire that can freeze."""
        with Relay(to=self._server.port) as relay:
            self._wired = relay.url
            try:
                yield relay
            finally:
                self._wired = ""

    @property
    def knocks(self) -> int:
        """How many calls of the Web API came while it was down."""
        return self._front.knocks

    def go_down(self) -> None:
        """Answer everything with 503 and close all sockets, until ``come_back``."""
        self._front.down = self._hub.down = True
        self._hub.close_all()

    def come_back(self) -> None:
        """End an outage; the port is the same."""
        self._front.down = self._hub.down = False

    def wait_for(self, predicate: Callable[[], T], *, timeout: float = 10.0) -> T:
        """Return the first truthy value within ``timeout`` seconds.

        Raises AssertionError with the latest calls of the Web API.
        """
        value = self.world.wait_for(predicate, timeout=timeout)
        if value is None:
            raise AssertionError(f"it did not happen in {timeout} s; {self._story()}")
        return value

    def _story(self) -> str:
        calls = [f"{call.method} -> {call.answer.get('error', 'ok')}" for call in self.calls][
            -SHOWN_CALLS:
        ]
        return f"latest calls: {calls}; faults: {self.faults_seen[-SHOWN_CALLS:]}"
