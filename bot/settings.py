"""Settings from the environment; every fault reported at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.setting_values import Network, count, networks
from rules.team import LOCALES
from rules.words import Role
from storage.cipher import SHORTEST_KEY, Keys, read_key

SMS_PROVIDERS = ("off", "log", "twilio")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
HIGHEST_PORT = 65535
HUBSPOT = "hubspot"
"""What the adapter of HubSpot is called wherever systems are named."""


class SettingsFaults(Exception):
    """Raised with every fault found; `faults` has one English sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, repr=False)
class ApiToken:
    """Who may use the HTTP API: a program by its name, or the rep of that name (C5)."""

    name: str
    role: Role
    token: str


def _any(value: str) -> str:
    return value


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return read


def _starts(*prefixes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not value.startswith(prefixes):
            raise ValueError(f"must begin with {' or '.join(prefixes)}")
        return value

    return read


def _web(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    return value.rstrip("/") + "/"


def _mail_server(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must look like smtp://user:pass@host:port or smtps://host")
    if parts.port is not None and not 0 < parts.port <= HIGHEST_PORT:
        raise ValueError("names a port that does not exist")
    return value


def _mailbox(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise ValueError("must look like imaps://user:pass@host:port/FOLDER or imap://…")
    if parts.port is not None and not 0 < parts.port <= HIGHEST_PORT:
        raise ValueError("names a port that does not exist")
    return value


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= HIGHEST_PORT:
        raise ValueError("must be a port, 1 to 65535")
    return int(value)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception:  # noqa: BLE001 - zoneinfo raises many kinds for a bad name
        raise ValueError("must be a time zone such as Asia/Jerusalem") from None
    return value


def _letters(count: int, example: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not re.fullmatch(f"[A-Za-z]{{{count}}}", value):
            raise ValueError(f"must be {count} letters, such as {example}")
        return value.upper()

    return read


def _key(value: str) -> str:
    if len(value) < SHORTEST_KEY:
        raise ValueError(f"must have at least {SHORTEST_KEY} characters")
    return value


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _tokens(value: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition(":") for part in _names(value)]
    if any(not re.fullmatch(r"[\w-]+", source) or not token for source, _, token in pairs):
        raise ValueError("must look like source:token,source:token")
    return tuple((source, token) for source, _, token in pairs)


def _api_tokens(value: str) -> tuple[ApiToken, ...]:
    found = []
    for part in _names(value):
        name, _, rest = part.partition(":")
        role, _, token = rest.partition(":")
        if not re.fullmatch(r"[\w][\w .@-]{0,63}", name) or role not in set(Role) or not token:
            raise ValueError(f"must look like name:role:token,…; a role is {', '.join(Role)}")
        found.append(ApiToken(name, Role(role), token))
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise ValueError("must name each token once")
    if HUBSPOT in names:
        raise ValueError(f"must not name a token {HUBSPOT}: that is HubSpot's adapter")
    return tuple(found)


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return value


def _setting(name: str, default: str, read: Callable[[str], Any] = _any) -> Any:  # noqa: ANN401
    return field(metadata={"name": name, "default": default, "read": read})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; secrets never appear in its representation."""

    bot_token: str = _setting("SLACK_BOT_TOKEN", "", _starts("xoxb-"))
    app_token: str = _setting("SLACK_APP_TOKEN", "", _starts("xapp-"))
    signing_secret: str = _setting("SLACK_SIGNING_SECRET", "")
    slack_api_url: str = _setting("SLACK_API_URL", "https://slack.com/api/", _web)
    database_url: str = _setting("DATABASE_URL", "sqlite:///data/leads.db", _database)
    database_key: str = _setting("DATABASE_KEY", "", read_key)
    database_key_old: str = _setting("DATABASE_KEY_OLD", "", read_key)
    leads_channel: str = _setting("LEADS_CHANNEL", "leads")
    digest_channel: str = _setting("DIGEST_CHANNEL", "lead-digest")
    managers_channel: str = _setting("MANAGERS_CHANNEL", "")
    playbook_file: str = _setting("PLAYBOOK_FILE", "playbook.toml")
    http_host: str = _setting("HTTP_HOST", "127.0.0.1")
    http_port: int = _setting("HTTP_PORT", "8080", _port)
    public_url: str = _setting("PUBLIC_URL", "", _web)
    trusted_proxies: tuple[Network, ...] = _setting("TRUSTED_PROXIES", "", networks)
    rate_limit: int = _setting("RATE_LIMIT", "12000", count)
    intake_tokens: tuple[tuple[str, str], ...] = _setting("INTAKE_TOKENS", "", _tokens)
    api_tokens: tuple[ApiToken, ...] = _setting("API_TOKENS", "", _api_tokens)
    facebook_verify_token: str = _setting("FACEBOOK_VERIFY_TOKEN", "")
    facebook_app_secret: str = _setting("FACEBOOK_APP_SECRET", "")
    facebook_page_token: str = _setting("FACEBOOK_PAGE_TOKEN", "")
    facebook_api_url: str = _setting("FACEBOOK_API_URL", "https://graph.facebook.com/v23.0/", _web)
    hubspot_token: str = _setting("HUBSPOT_TOKEN", "")
    hubspot_api_url: str = _setting("HUBSPOT_API_URL", "https://api.hubapi.com/", _web)
    sms_provider: str = _setting("SMS_PROVIDER", "off", _one_of(*SMS_PROVIDERS))
    twilio_account_sid: str = _setting("TWILIO_ACCOUNT_SID", "")
    twilio_auth_token: str = _setting("TWILIO_AUTH_TOKEN", "")
    twilio_from: str = _setting("TWILIO_FROM", "")
    twilio_api_url: str = _setting("TWILIO_API_URL", "", _web)
    smtp_url: str = _setting("SMTP_URL", "", _mail_server)
    mail_from: str = _setting("MAIL_FROM", "")
    imap_url: str = _setting("IMAP_URL", "", _mailbox)
    geoip_file: str = _setting("GEOIP_FILE", "")
    backup_dir: str = _setting("BACKUP_DIR", "data/backups")
    backup_key: str = _setting("BACKUP_KEY", "", _key)
    admin_slack_ids: tuple[str, ...] = _setting("ADMIN_SLACK_IDS", "", _names)
    timezone: str = _setting("TIMEZONE", "Asia/Jerusalem", _zone)
    locale: str = _setting("LOCALE", "en", _one_of(*LOCALES))
    default_region: str = _setting("DEFAULT_REGION", "IL", _letters(2, "IL"))
    currency: str = _setting("CURRENCY", "ILS", _letters(3, "ILS"))
    log_level: str = _setting("LOG_LEVEL", "INFO", _one_of(*LOG_LEVELS))
    log_format: str = _setting("LOG_FORMAT", "text", _one_of(*LOG_FORMATS))

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the settings out of `env`.

        Raises SettingsFaults with every fault at once (contract: Settings).
        """
        faults: list[str] = []
        values = {one.name: _read(one.metadata, env, faults) for one in fields(cls)}
        faults += _together(values)
        if faults:
            raise SettingsFaults(faults)
        return cls(**values)

    def __repr__(self) -> str:
        return "Settings(...)"

    @property
    def zone(self) -> ZoneInfo:
        """The team's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def keys(self) -> Keys:
        """The keys of the database's file."""
        return Keys(self.database_key, self.database_key_old)

    def token_of(self, source: str) -> str | None:
        """Give the intake token of a source, or None: there is no such source."""
        return dict(self.intake_tokens).get(source)


def names() -> list[str]:
    """Give every setting's name in the environment."""
    return [one.metadata["name"] for one in fields(Settings)]


def _read(spec: Mapping[str, Any], env: Mapping[str, str], faults: list[str]) -> Any:  # noqa: ANN401
    given = env.get(spec["name"], "").strip() or spec["default"]
    if given == "" and spec["read"] not in {_names, _tokens, _api_tokens, networks}:
        return ""
    try:
        return spec["read"](given)
    except ValueError as fault:
        faults.append(f"{spec['name']} {fault}")
        return spec["default"]


def _together(values: Mapping[str, Any]) -> list[str]:
    faults = []
    has_key = values["database_key"] or values["database_key_old"]
    if has_key and not values["database_url"].startswith("sqlite"):
        faults.append(
            "DATABASE_KEY encrypts a SQLite file; a PostgreSQL server must read what it indexes:"
            " leave it empty, encrypt the server's disk, and connect with ?sslmode=verify-full"
        )
    if values["sms_provider"] == "twilio":
        needed = ("twilio_account_sid", "twilio_auth_token", "twilio_from")
        faults += [
            f"{name.upper()} is needed when SMS_PROVIDER is twilio"
            for name in needed
            if not values[name]
        ]
    if values["smtp_url"] and not values["mail_from"]:
        faults.append("MAIL_FROM is needed when SMTP_URL is set: the address that mail comes from")
    return faults


def missing_for_slack(settings: Settings) -> list[str]:
    """Give what `run` still needs to reach Slack, one English sentence each."""
    faults = []
    if not settings.bot_token:
        faults.append("SLACK_BOT_TOKEN is missing: Slack's app page, OAuth & Permissions (xoxb-…)")
    if not settings.app_token and not settings.signing_secret:
        faults.append(
            "SLACK_APP_TOKEN (xapp-…, for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is"
            " missing: Slack's app page, Basic Information"
        )
    return faults
