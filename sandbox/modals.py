"""Modals from the person's side: filling, submitting, closing, and what the app's ack does."""

from typing import Any

from sandbox import formstate, payloads
from sandbox.apicontext import Context
from sandbox.bounds import MOST_TYPED, forget_oldest
from sandbox.delivery import Delivery
from sandbox.errors import ClientRefused, OperationFailed, SlackError
from sandbox.methods_views import push_view, replace_view
from sandbox.posting import checked_view
from sandbox.reading import Json
from sandbox.records import Submitted, View
from sandbox.state import World

_TROUBLE = "we had some trouble connecting"


def fill(*, world: World, view: View, given: dict[str, Any]) -> None:
    """Type into a view's elements by block id or action id; raises NoSuchElement."""
    for name, value in given.items():
        element = formstate.find(elements=view.elements, name=name, by_block=True)
        picked = formstate.chosen(element=element, given=value)
        with world.lock:
            world.typed.setdefault(view.id, {})[formstate.place_of(element)] = picked
            forget_oldest(world.typed, most=MOST_TYPED)
            world.touch()


def submit(*, ctx: Context, delivery: Delivery, user: str, view: View) -> Submitted:
    """Send a modal's submission and do what the ack says.

    Raises ClientRefused for what the client would not send, OperationTimeout,
    OperationFailed.
    """
    if view.raw.get("submit") is None:
        raise ClientRefused("this modal has no submit button", why="modal")
    typed = ctx.world.typed.get(view.id, {})
    formstate.check_inputs(elements=view.elements, typed=typed)
    payload = payloads.submission(
        world=ctx.world,
        user=user,
        view=view,
        trigger_id=ctx.triggers.issue(user=user, view_id=view.id),
        state=formstate.state_of(elements=view.elements, typed=typed),
    )

    def send() -> Submitted:
        ctx.world.mark_wrong(view, {})
        ack = delivery.ask(kind="interactive", payload=payload)
        return _apply(ctx.world, user, view, ack)

    delivery.last = send
    return send()


def close(*, ctx: Context, delivery: Delivery, user: str, everything: bool) -> None:
    """Cancel the topmost modal, or with ``everything`` the whole stack (the X)."""
    with ctx.world.lock:
        stack = ctx.world.stacks.get(user, [])
        if not stack:
            raise ClientRefused("no modal is open", why="modal")
        view = stack[0] if everything else stack[-1]
        clear = everything or bool(view.raw.get("clear_on_close"))
        typed = ctx.world.typed.get(view.id, {})
        ctx.world.show(user, [] if clear else stack[:-1])
    if view.raw.get("notify_on_close"):
        state = formstate.state_of(elements=view.elements, typed=typed)
        _notify(ctx, delivery, view, is_cleared=everything, state=state)


def _notify(ctx: Context, delivery: Delivery, view: View, *, is_cleared: bool, state: Json) -> None:
    payload = payloads.closed(
        world=ctx.world, user=view.user, view=view, is_cleared=is_cleared, state=state
    )
    delivery.ask(kind="interactive", payload=payload)


def _apply(world: World, user: str, view: View, ack: Any) -> Submitted:
    if ack in (None, "", {}):
        return _closed(world, user, view, raw=ack)
    action = ack.get("response_action") if isinstance(ack, dict) else None
    handler = _ACTIONS.get(str(action))
    if handler is None:
        world.fault(f"view_submission ack: not a response_action: {ack!r}")
        raise OperationFailed(_TROUBLE)
    return handler(world, user, view, ack)


def _top(world: World, user: str) -> View | None:
    stack = world.stacks.get(user, [])
    return stack[-1] if stack else None


def _closed(world: World, user: str, view: View, *, raw: Any) -> Submitted:
    with world.lock:
        stack = world.stacks.get(user, [])
        world.show(user, [v for v in stack if v.id != view.id])
        return Submitted(errors={}, closed=True, view=_top(world, user), raw=raw)


def _clear(world: World, user: str, _view: View, ack: Json) -> Submitted:
    world.show(user, [])
    return Submitted(errors={}, closed=True, view=None, raw=ack)


def _errors(world: World, user: str, view: View, ack: Json) -> Submitted:
    errors = ack.get("errors")
    if not isinstance(errors, dict) or not errors:
        world.fault("view_submission ack: errors must be a non-empty object")
        raise OperationFailed(_TROUBLE)
    inputs = {b.get("block_id") for b in view.blocks if b.get("type") == "input"}
    wrong = [name for name, words in errors.items() if name not in inputs or not words]
    for name in wrong:
        world.fault(f"view_submission ack: errors: `{name}` is not an input block with a message")
    if wrong:
        raise OperationFailed(_TROUBLE)
    world.mark_wrong(view, errors)
    return Submitted(errors=dict(errors), closed=False, view=_top(world, user), raw=ack)


def _update(world: World, user: str, view: View, ack: Json) -> Submitted:
    raw = _acked_view(world, ack)
    with world.lock:
        newer = replace_view(world, old=view, raw=raw)
    return Submitted(errors={}, closed=False, view=_top(world, user) or newer, raw=ack)


def _push(world: World, user: str, _view: View, ack: Json) -> Submitted:
    raw = _acked_view(world, ack)
    try:
        with world.lock:
            newer = push_view(world, user=user, raw=raw)
    except SlackError as error:
        world.fault(f"view_submission ack: {error.code}")
        raise OperationFailed(_TROUBLE) from None
    return Submitted(errors={}, closed=False, view=newer, raw=ack)


def _acked_view(world: World, ack: Json) -> Json:
    try:
        return checked_view(
            world=world, view=ack.get("view"), surface="modal", where="view_submission ack"
        )
    except SlackError:
        raise OperationFailed(_TROUBLE) from None


_ACTIONS = {"errors": _errors, "update": _update, "push": _push, "clear": _clear}
