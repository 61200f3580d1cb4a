"""The Web API's users methods and the ones about the app itself."""

from sandbox.apicontext import Args, Context, invalid, known_user, page
from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.world import User

DND_USERS = 50


def auth_test(ctx: Context, _args: Args) -> Json:
    """Tell an app who it is (Slack: auth.test)."""
    world = ctx.world
    return {
        "url": f"https://{world.workspace.domain}.slack.com/",
        "team": world.workspace.name,
        "user": world.app.name,
        "team_id": world.workspace.id,
        "user_id": world.app.bot_user_id,
        "bot_id": world.app.bot_id,
        "is_enterprise_install": False,
    }


def bots_info(ctx: Context, args: Args) -> Json:
    """Describe the app's bot (Slack: bots.info)."""
    app = ctx.world.app
    if args.text("bot", app.bot_id) != app.bot_id:
        raise SlackError("bot_not_found")
    about = {"id": app.bot_id, "app_id": app.app_id, "user_id": app.bot_user_id}
    return {"bot": {**about, "name": app.name, "deleted": False}}


def info(ctx: Context, args: Args) -> Json:
    """Describe a member (Slack: users.info)."""
    user = known_user(ctx, args.text("user"))
    return {"user": as_json(ctx, user, locale=args.flag("include_locale"))}


def list_all(ctx: Context, args: Args) -> Json:
    """List the members, page by page (Slack: users.list)."""
    rows, metadata = page(args, list(ctx.world.users.values()))
    locale = args.flag("include_locale")
    members = [as_json(ctx, user, locale=locale) for user in rows]
    return {"members": members, "response_metadata": metadata}


def lookup_by_email(ctx: Context, args: Args) -> Json:
    """Find a member by e-mail address (Slack: users.lookupByEmail)."""
    wanted = args.text("email").casefold()
    for user in ctx.world.users.values():
        if user.email and user.email.casefold() == wanted and not user.deleted:
            return {"user": as_json(ctx, user, locale=False)}
    raise SlackError("users_not_found")


def get_presence(ctx: Context, args: Args) -> Json:
    """Tell whether a member is active or away (Slack: users.getPresence)."""
    return {"presence": known_user(ctx, args.text("user")).presence}


def dnd_info(ctx: Context, args: Args) -> Json:
    """Tell when somebody is not to be disturbed (Slack: dnd.info); of itself where none is named.

    Whether they snooze is told to themselves alone.
    """
    user = args.text("user", ctx.world.app.bot_user_id)
    own = {"snooze_enabled": False} if user == ctx.world.app.bot_user_id else {}
    return {**_dnd(known_user(ctx, user)), **own}


def dnd_team_info(ctx: Context, args: Args) -> Json:
    """Tell when some members are not to be disturbed (Slack: dnd.teamInfo); strangers are left out.

    Raises no_users_provided, and invalid_arguments for more than fifty.
    """
    ids = args.ids("users")
    if not ids:
        raise SlackError("no_users_provided")
    if len(ids) > DND_USERS:
        raise invalid(f"[ERROR] no more than {DND_USERS} items allowed [json-pointer:/users]")
    users = ctx.world.users
    return {"users": {one: _dnd(users[one]) for one in ids if one in users}}


def _dnd(user: User) -> Json:
    start, end = user.dnd or (1, 1)
    enabled = user.dnd is not None
    return {"dnd_enabled": enabled, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


def as_json(ctx: Context, user: User, *, locale: bool) -> Json:
    """Return a user as the Web API describes one to this app."""
    optional = {"locale": user.locale} if locale else {}
    return {
        "id": user.id,
        "team_id": ctx.world.workspace.id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name or user.name,
        "tz": user.tz,
        "profile": _profile(ctx, user),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        **optional,
    }


def _profile(ctx: Context, user: User) -> Json:
    may_see = "users:read.email" in ctx.world.app.scopes
    email = {"email": user.email} if user.email and may_see else {}
    name = user.real_name or user.name
    return {"real_name": name, "display_name": user.name, "team": ctx.world.workspace.id, **email}
