"""The Web API's views methods."""

from dataclasses import replace
from secrets import token_hex

from sandbox.apicontext import Args, Context, known_user
from sandbox.errors import SlackError
from sandbox.payloads import view_json
from sandbox.posting import checked_view
from sandbox.reading import Json
from sandbox.records import View
from sandbox.shelves import new_id
from sandbox.state import World, with_block_ids

DEEPEST = 3


def open_view(ctx: Context, args: Args) -> Json:
    """Open a modal for whoever a live trigger_id belongs to (Slack: views.open)."""
    raw = _modal(ctx, args)
    trigger = ctx.triggers.use(args.text("trigger_id"))
    with ctx.world.lock:
        _free_external_id(ctx, raw)
        view = new_view(user=trigger.user, raw=raw, below=None)
        ctx.world.show(trigger.user, [view])
    return _answer(ctx, view)


def push(ctx: Context, args: Args) -> Json:
    """Put a modal on top of the one the trigger_id came from (Slack: views.push)."""
    raw = _modal(ctx, args)
    trigger = ctx.triggers.use(args.text("trigger_id"))
    with ctx.world.lock:
        _free_external_id(ctx, raw)
        view = push_view(ctx.world, user=trigger.user, raw=raw)
    return _answer(ctx, view)


def update(ctx: Context, args: Args) -> Json:
    """Replace a modal or home tab that is still open (Slack: views.update)."""
    with ctx.world.lock:
        old = _open_view(ctx.world, args)
        surface = str(old.raw["type"])
        raw = checked_view(
            world=ctx.world, view=args.structure("view"), surface=surface, where=args.method
        )
        if args.text("hash") and args.text("hash") != old.hash:
            raise SlackError("hash_conflict")
        view = replace_view(ctx.world, old=old, raw=raw)
    return _answer(ctx, view)


def publish(ctx: Context, args: Args) -> Json:
    """Show a home tab to one person (Slack: views.publish)."""
    if not ctx.world.app.home_tab_enabled:
        raise SlackError("not_enabled")
    user = known_user(ctx, args.text("user_id"))
    raw = checked_view(
        world=ctx.world, view=args.structure("view"), surface="home", where=args.method
    )
    with ctx.world.lock:
        old = ctx.world.homes.get(user.id)
        if args.text("hash") and (old is None or args.text("hash") != old.hash):
            raise SlackError("hash_conflict")
        view = new_view(user=user.id, raw=raw, below=None, like=old)
        ctx.world.homes[user.id] = view
        ctx.world.touch()
    return _answer(ctx, view)


def new_view(*, user: str, raw: Json, below: View | None, like: View | None = None) -> View:
    """Return a view with a new hash; its id is new too unless it is ``like`` an older one."""
    name = like.id if like else new_id("V")
    return View(
        id=name,
        user=user,
        hash=f"{token_hex(5)}.{token_hex(4)}",
        raw={**raw, "blocks": list(with_block_ids(raw["blocks"]))},
        root_view_id=below.root_view_id if below else name,
        previous_view_id=below.id if below else None,
    )


def push_view(world: World, *, user: str, raw: Json) -> View:
    """Put a view on a person's stack; raises not_found or push_limit_reached."""
    stack = world.stacks.get(user, [])
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= DEEPEST:
        raise SlackError("push_limit_reached")
    view = new_view(user=user, raw=raw, below=stack[-1])
    world.show(user, [*stack, view])
    return view


def replace_view(world: World, *, old: View, raw: Json) -> View:
    """Put a newer version of a view in its place, wherever it is shown."""
    newer = replace(
        new_view(user=old.user, raw=raw, below=None, like=old),
        root_view_id=old.root_view_id,
        previous_view_id=old.previous_view_id,
    )
    stack = world.stacks.get(old.user, [])
    world.show(old.user, [newer if v.id == old.id else v for v in stack])
    if old.raw["type"] == "home":
        world.homes[old.user] = newer
    world.mark_wrong(newer, {})
    return newer


def _modal(ctx: Context, args: Args) -> Json:
    return checked_view(
        world=ctx.world, view=args.structure("view"), surface="modal", where=args.method
    )


def _every_view(world: World) -> list[View]:
    return [*(v for stack in world.stacks.values() for v in stack), *world.homes.values()]


def _open_view(world: World, args: Args) -> View:
    name, external = args.text("view_id"), args.text("external_id")
    if not name and not external:
        raise SlackError("invalid_arguments")
    for view in _every_view(world):
        if view.id == name or (external and view.raw.get("external_id") == external):
            return view
    raise SlackError("not_found")


def _free_external_id(ctx: Context, raw: Json) -> None:
    wanted = raw.get("external_id")
    taken = [v.raw.get("external_id") for v in _every_view(ctx.world)]
    if wanted and wanted in taken:
        raise SlackError("duplicate_external_id")


def _answer(ctx: Context, view: View) -> Json:
    return {"view": view_json(world=ctx.world, view=view)}
