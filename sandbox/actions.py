"""Touching things: buttons, menus and pickers in messages, modals and the home tab."""

from typing import Any

from sandbox import formstate, payloads
from sandbox.apicontext import Context
from sandbox.bounds import MOST_TYPED, forget_oldest
from sandbox.delivery import Delivery
from sandbox.errors import ClientRefused, NoSuchElement
from sandbox.reading import Element, Json
from sandbox.records import Message, View

_KEPT = ("text", "value", "style", "placeholder", "url")


def act_on_message(
    *, ctx: Context, delivery: Delivery, user: str, message: Message, element: Element, picked: Any
) -> None:
    """Send block_actions of an element in a message and wait for the ack."""
    world = ctx.world
    typed = _remember(ctx, f"{user}:{message.ts}", element, picked)
    token = ctx.response_urls.issue(channel=message.channel, user=user, source=message)
    payload = payloads.message_action(
        world=world,
        user=user,
        message=message,
        action=_action(ctx, element, picked),
        trigger_id=ctx.triggers.issue(user=user),
        response_url=f"{ctx.base_url()}/actions/{world.workspace.id}/{token}",
        state=formstate.state_of(elements=message.elements, typed=typed),
    )
    _send(delivery, payload)


def act_on_view(
    *, ctx: Context, delivery: Delivery, user: str, view: View, element: Element, picked: Any
) -> None:
    """Send block_actions of an element in a view; an input without dispatch_action is silent."""
    typed = _remember(ctx, view.id, element, picked)
    if element.block["type"] == "input" and not element.block.get("dispatch_action"):
        ctx.world.touch()
        return
    payload = payloads.view_action(
        world=ctx.world,
        user=user,
        view=view,
        action=_action(ctx, element, picked),
        trigger_id=ctx.triggers.issue(user=user, view_id=view.id),
        state=formstate.state_of(elements=view.elements, typed=typed),
    )
    _send(delivery, payload)


def visible_message(*, ctx: Context, user: str, message: Message, force: bool) -> Message:
    """Return the version of a message that a person would touch.

    With ``force`` it is the given one, however old; else the one on the screen now.
    Raises NoSuchElement when it is gone, ClientRefused when it was never theirs to see.
    """
    channel = ctx.world.channels[message.channel]
    if message.ephemeral_for not in (None, user):
        raise ClientRefused("this message is shown to somebody else only")
    if message.ephemeral_for is None and user not in channel.members:
        raise ClientRefused("not_in_channel")
    current = ctx.world.current(message)
    if force:
        return message
    if current is None:
        raise NoSuchElement("the message was deleted")
    return current


def visible_view(*, ctx: Context, user: str, view: View, force: bool) -> View:
    """Return the version of a view that a person would touch; raises NoSuchElement."""
    stack = ctx.world.stacks.get(user, [])
    shown = [*stack[-1:], *([ctx.world.homes[user]] if user in ctx.world.homes else [])]
    current = next((v for v in shown if v.id == view.id), None)
    if current is None and not force:
        raise NoSuchElement("the view is not open on top")
    return view if force or current is None else current


def suggest(*, ctx: Context, delivery: Delivery, user: str, element: Element,
            view: View | None, query: str) -> list[Json]:  # fmt: skip
    """Type into an external select and return the options the app offers.

    Raises ClientRefused for a query shorter than the element's min_query_length.
    """
    if len(query) < int(element.raw.get("min_query_length", 3)):
        raise ClientRefused("the query is shorter than min_query_length")
    place = {"view": payloads.view_json(world=ctx.world, view=view)} if view else {}
    payload = payloads.suggestion(
        world=ctx.world, user=user, element=element, query=query, place=place
    )
    ack = delivery.ask(kind="interactive", payload=payload) or {}
    groups = ack.get("option_groups") or ()
    return [*(ack.get("options") or ()), *(o for g in groups for o in g["options"])]


def _remember(ctx: Context, place: str, element: Element, picked: Any) -> formstate.Typed:
    with ctx.world.lock:
        typed = ctx.world.typed.setdefault(place, {})
        if formstate.value_key(element.kind) is not None:
            typed[formstate.place_of(element)] = picked
        forget_oldest(ctx.world.typed, most=MOST_TYPED)
        return dict(typed)


def _action(ctx: Context, element: Element, picked: Any) -> Json:
    key = formstate.value_key(element.kind)
    kept = {name: element.raw[name] for name in _KEPT if name in element.raw}
    chosen = {} if key is None else {key: picked}
    return {
        "action_id": element.action_id,
        "block_id": element.block_id,
        **kept,
        **chosen,
        "type": element.kind,
        "action_ts": ctx.world.new_ts(),
    }


def _send(delivery: Delivery, payload: Json) -> None:
    def send() -> None:
        delivery.ask(kind="interactive", payload=payload)

    delivery.last = send
    send()
