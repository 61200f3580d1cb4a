"""A person in front of Slack: types commands, reads, clicks, fills modals, opens the home tab."""

from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from sandbox import actions, commands, formstate, methods_files, modals, payloads
from sandbox.apicontext import Context
from sandbox.delivery import Delivery
from sandbox.errors import ClientRefused, NoSuchElement
from sandbox.reading import Element, Json
from sandbox.records import Answer, Channel, Message, Submitted, View
from sandbox.world import User

# What an app must be allowed to read before it hears of it.
_NEEDS = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One member of the workspace, acting; safe to use from several threads."""

    user: User
    ctx: Context
    delivery: Delivery

    @property
    def id(self) -> str:
        """The member's id."""
        return self.user.id

    @property
    def dms(self) -> list[Message]:
        """The messages of the DM with the app, oldest first."""
        channel = self.ctx.world.im_of(user=self.id)
        return list(channel.messages) if channel else []

    def thread(self, message: Message) -> list[Message]:
        """Return the thread around a message, its parent first."""
        parent = message.thread_ts or message.ts
        return self.ctx.world.thread_of(self.id, message.channel, parent)

    @property
    def ephemerals(self) -> list[Message]:
        """Everything shown to this person only, oldest first."""
        return list(self.ctx.world.ephemerals.get(self.id, ()))

    @property
    def modals(self) -> list[View]:
        """The stack of open modals, the topmost last."""
        return list(self.ctx.world.stacks.get(self.id, ()))

    @property
    def modal(self) -> View | None:
        """The topmost modal; None when none is open."""
        return self.modals[-1] if self.modals else None

    @property
    def showing(self) -> View:
        """The topmost modal; raises NoSuchElement when none is open."""
        return self._modal()

    @property
    def home(self) -> View | None:
        """The app's home tab; None until the app published one."""
        return self.ctx.world.homes.get(self.id)

    def command(
        self, typed: str, *, channel: str | None = None, thread_ts: str | None = None
    ) -> Answer:
        """Type a slash command, by default in the DM with the app; wait for the ack.

        Raises ClientRefused (in threads always), OperationTimeout, OperationFailed.
        """
        if thread_ts is not None:
            raise ClientRefused("commands cannot be used in threads", why="thread")
        place = self._place(channel)
        return commands.run(
            ctx=self.ctx, delivery=self.delivery, user=self.id, channel=place, typed=typed
        )

    def click(
        self,
        where: Message | View | Answer | None,
        action_id: str,
        *,
        value: str | None = None,
        selected: Any = None,
        force: bool = False,
    ) -> None:
        """Touch an element and wait for the ack; ``selected`` is what is picked or typed.

        ``force`` touches the given copy as it was, for buttons that are gone by now.
        Raises NoSuchElement, ClientRefused, OperationTimeout, OperationFailed.
        """
        if isinstance(where, View):
            self._click_view(where, action_id, value, selected, force=force)
        else:
            self._click_message(_message_in(where), action_id, value, selected, force=force)

    def options(self, where: Message | View, action_id: str, *, query: str) -> list[Json]:
        """Type into an external select and return the options the app offers."""
        element = formstate.find(elements=where.elements, name=action_id)
        view = where if isinstance(where, View) else None
        return actions.suggest(
            ctx=self.ctx, delivery=self.delivery, user=self.id, element=element,
            view=view, query=query,
        )  # fmt: skip

    def fill(self, given: dict[str, Any]) -> None:
        """Type into the topmost modal without submitting it; raises NoSuchElement."""
        modals.fill(world=self.ctx.world, view=self._modal(), given=given)

    def submit(self, given: dict[str, Any] | None = None) -> Submitted:
        """Fill the topmost modal by block id or action id, submit it, and wait for the ack.

        Raises ClientRefused, NoSuchElement, OperationTimeout, OperationFailed.
        """
        self.fill(given or {})
        return modals.submit(ctx=self.ctx, delivery=self.delivery, user=self.id, view=self._modal())

    def close_modal(self) -> None:
        """Press the topmost modal's cancel button; raises ClientRefused when none is open."""
        modals.close(ctx=self.ctx, delivery=self.delivery, user=self.id, everything=False)

    def close_all_modals(self) -> None:
        """Press the X, which closes the whole stack; raises ClientRefused when none is open."""
        modals.close(ctx=self.ctx, delivery=self.delivery, user=self.id, everything=True)

    def open_home(self, *, tab: str = "home") -> bool:
        """Open the app's home (or messages) tab; tell whether the app took the event in time."""
        channel = self.ctx.world.open_im(user=self.id)
        inner: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self.ctx.world.new_ts(),
        }
        if self.home is not None and tab == "home":
            inner["view"] = payloads.view_json(world=self.ctx.world, view=self.home)
        return self._tell(inner, subscription="app_home_opened")

    def say(
        self, text: str, *, channel: str | None = None, thread_ts: str | None = None
    ) -> Message:
        """Write a message, by default to the app; the app hears of it when it subscribed."""
        place = self._place(channel)
        if self.id not in place.members:
            raise ClientRefused("not_in_channel")
        world = self.ctx.world
        written = commands.escaped(world=world, text=text)
        draft = Message(
            channel=place.id, ts=world.new_ts(), user=self.id, text=written, thread_ts=thread_ts
        )
        message = world.add_message(draft)
        self._tell_of_message(place, message)
        return message

    def drop(self, filename: str, content: bytes, *, channel: str | None = None) -> Message:
        """Drop a file, by default on the app; it hears of that when it subscribed to messages.

        Raises ClientRefused where the person is no member.
        """
        place, world = self._place(channel), self.ctx.world
        if self.id not in place.members:
            raise ClientRefused("not_in_channel")
        file = methods_files.given(self.ctx, user=self.id, filename=filename, content=content)
        draft = Message(
            channel=place.id,
            ts=world.new_ts(),
            user=self.id,
            files=(file,),
            subtype="file_share",
        )
        message = world.add_message(draft)
        self._tell_of_message(place, message)
        return message

    def _tell_of_message(self, place: Channel, message: Message) -> None:
        if self.ctx.world.app.bot_user_id not in place.members:
            return
        kind = "im" if place.is_im else "group" if place.is_private else "channel"
        event = {
            **message.to_json(),
            "channel": place.id,
            "channel_type": kind,
            "event_ts": message.ts,
            "team": self.ctx.world.workspace.id,
        }
        self._tell(event, subscription="message.im" if kind == "im" else f"message.{kind}s")

    def _tell(self, inner: Json, *, subscription: str) -> bool:
        app = self.ctx.world.app
        if subscription not in app.events or _NEEDS.get(subscription, "") not in {"", *app.scopes}:
            return False
        future = self.delivery.tell(payload=payloads.event(world=self.ctx.world, inner=inner))
        try:
            return future.result(timeout=app.ack_timeout)
        except FutureTimeout:
            return False

    def _place(self, name: str | None) -> Channel:
        if name is None:
            return self.ctx.world.open_im(user=self.id)
        channel = self.ctx.world.channel_named(name)
        if channel is None:
            raise ClientRefused(f"there is no channel {name}")
        return channel

    def _modal(self) -> View:
        if self.modal is None:
            raise NoSuchElement("no modal is open")
        return self.modal

    def _click_view(
        self, where: View, action_id: str, value: str | None, selected: Any, *, force: bool
    ) -> None:
        view = actions.visible_view(ctx=self.ctx, user=self.id, view=where, force=force)
        element = formstate.find(elements=view.elements, name=action_id, value=value)
        actions.act_on_view(
            ctx=self.ctx, delivery=self.delivery, user=self.id, view=view, element=element,
            picked=_picked(element, selected),
        )  # fmt: skip

    def _click_message(
        self, where: Message, action_id: str, value: str | None, selected: Any, *, force: bool
    ) -> None:
        message = actions.visible_message(ctx=self.ctx, user=self.id, message=where, force=force)
        element = formstate.find(elements=message.elements, name=action_id, value=value)
        actions.act_on_message(
            ctx=self.ctx, delivery=self.delivery, user=self.id, message=message, element=element,
            picked=_picked(element, selected),
        )  # fmt: skip


def _picked(element: Element, selected: Any) -> Any:
    if formstate.value_key(element.kind) is None:
        return None
    return formstate.chosen(element=element, given=selected)


def _message_in(where: Message | Answer | None) -> Message:
    message = where.message if isinstance(where, Answer) else where
    if message is None:
        raise NoSuchElement("there is no message to touch")
    return message
