"""The Slack app's manifest, ready to paste."""

from bot.settings import Settings

_TOP = """\
_metadata:
  major_version: 2
display_information:
  name: Lead desk
  description: Hands reps the best next call and keeps every follow-up.
  background_color: "#1d3557"
features:
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: leads
    always_online: true
  slash_commands:
    - command: /lead
      description: Log a call, get the next one, see your day
      usage_hint: "noanswer 123 | followup 123 high 16:00 | next | help"
      should_escape: true
"""
_SCOPES = """\
oauth_config:
  scopes:
    bot:
      - commands
      - chat:write
      - channels:read
      - channels:join
      - channels:manage
      - groups:read
      - channels:history
      - groups:history
      - im:history
      - users:read
      - dnd:read
      - pins:write
      - files:read
      - files:write
settings:
  interactivity:
    is_enabled: true
"""
SCOPES = tuple(line.strip(" -") for line in _SCOPES.splitlines() if line.startswith("      - "))
_EVENTS = """\
    bot_events:
      - app_home_opened
      - message.channels
      - message.groups
      - message.im
      - user_change
"""
_LAST = """\
  org_deploy_enabled: false
  token_rotation_enabled: false
"""


def manifest(settings: Settings) -> str:
    """Give the manifest as YAML, with the least scopes.

    Socket Mode, unless `PUBLIC_URL` is set and there is no app token: then HTTP.
    """
    if settings.app_token or not settings.public_url:
        events = f"  event_subscriptions:\n{_EVENTS}"
        return f"{_TOP}{_SCOPES}{events}  socket_mode_enabled: true\n{_LAST}"
    url = f"{settings.public_url}slack/events"
    top = f'{_TOP}      url: "{url}"\n'
    scopes = f'{_SCOPES}    request_url: "{url}"\n'
    events = f'  event_subscriptions:\n    request_url: "{url}"\n{_EVENTS}'
    return f"{top}{scopes}{events}  socket_mode_enabled: false\n{_LAST}"
