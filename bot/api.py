"""The HTTP API's reading side: who asks, one lead, leads in pages (C2; contract: HTTP)."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import audit
from bot.api_lead import lead_json
from bot.desk import Desk
from bot.leads import open_lead
from bot.team import member
from rules.lead import Lead
from rules.permissions import Act, may
from rules.phones import read_email, read_phone
from rules.refusals import Refused
from rules.team import Rep, program
from rules.words import Role
from storage import changes, reps
from storage.unit import View

_CURSOR = re.compile(r"([nc]):([0-9]{1,18})", re.ASCII)
BY_NUMBER, BY_CHANGE = "n", "c"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the token's name, and the actor that its acts are written down for."""

    name: str
    actor: str

    @property
    def origin(self) -> str:
        """From where its acts come, as the audit says."""
        return f"{audit.HTTP}:{self.name}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A lead as JSON, and the mark (ETag) under which it is known: its version and its content."""

    body: dict[str, Any]

    @property
    def etag(self) -> str:
        """The same as long as the answer is the same."""
        text = json.dumps(self.body, sort_keys=True, ensure_ascii=True, default=str)
        return f'"{self.body["version"]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


@dataclass(frozen=True, slots=True)
class Asked:
    """What leads are asked for; "" and None ask nothing. `updated_since` is UTC."""

    phone: str = ""
    email: str = ""
    external_id: str = ""
    updated_since: datetime | None = None
    cursor: str = ""
    limit: int = 25

    @property
    def names_somebody(self) -> bool:
        """Whether one person is meant."""
        return bool(self.phone or self.email or self.external_id)


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads as JSON, and the cursor of those that follow, None after the last."""

    items: list[dict[str, Any]]
    next: str | None


def caller(desk: Desk, token: str) -> Caller | None:
    """Give who a token belongs to, None where it is nobody's; all are compared, each whole (C5).

    Raises Refused where it is for a rep who is not in the team.
    """
    found = None
    for one in desk.settings.api_tokens:
        if hmac.compare_digest(one.token.encode(), token.encode("utf-8", "replace")):
            found = one
    if found is None:
        return None
    if found.role is not Role.REP:
        return Caller(found.name, program(found.name).slack_id)
    with desk.store.view() as view:
        rep = named(reps.everybody(view), found.name)
    if rep is None:
        raise Refused("api.no_rep", name=found.name)
    return Caller(found.name, rep.slack_id)


def named(team: Iterable[Rep], name: str) -> Rep | None:
    """Give the one of the team with this Slack id or name, None for nobody, several, or paused."""
    here = [one for one in team if one.state != "paused"]
    found = [one for one in here if name == one.slack_id]
    found = found or [one for one in here if name.casefold() == one.name.casefold()]
    return found[0] if len(found) == 1 else None


def get_lead(desk: Desk, lead_id: int, *, by: Caller, known: str = "") -> Answer | str:
    """Give one lead, and write down who saw its details (C5); its mark alone where that is `known`.

    A mark is known also as the weak one (W/) that a proxy on the way makes of it.
    Another's lead is masked for a rep. Raises Refused where there is none.
    """
    answer = look(desk, lead_id, by=by)
    marks = (one.strip().removeprefix("W/") for one in known.split(","))
    if known.strip() == "*" or answer.etag in marks:
        return answer.etag
    if not answer.body["masked"]:
        with desk.store.unit() as unit:
            audit.write(desk, unit, by.actor, "see", audit.of_lead(lead_id))
            unit.commit()
    return answer


def look(desk: Desk, lead_id: int, *, by: Caller) -> Answer:
    """Give one lead as it stands, to who has just changed it."""
    with desk.store.view() as view:
        actor = member(view, by.actor, admins=desk.settings.admin_slack_ids)
        return Answer(_as_seen(desk, view, open_lead(view, lead_id, by=actor), actor))


def _as_seen(desk: Desk, view: View, lead: Lead, actor: Rep) -> dict[str, Any]:
    return lead_json(desk, view, lead, full=may(actor, Act.SEE, lead))


def list_leads(desk: Desk, asked: Asked, *, by: Caller) -> Page:
    """Give a page of leads: those of one person, those changed since a moment, or all (C2).

    Pages are by number, or by the last change where a moment is given, the longest unchanged
    first: what changes meanwhile comes on a later page. Raises Refused for a cursor that is none,
    and where the database is busy.
    """
    upto = _settled(desk, asked)
    with desk.store.view() as view:
        actor = member(view, by.actor, admins=desk.settings.admin_slack_ids)
        found, after = _page(desk, view, asked, upto)
        items = [_as_seen(desk, view, lead, actor) for lead in found]
    seen = [one["id"] for one in items if not one["masked"]]
    if seen:
        with desk.store.unit() as unit:
            audit.write(desk, unit, by.actor, "list", "leads", after={"leads": seen})
            unit.commit()
    return Page(items, after)


def _settled(desk: Desk, asked: Asked) -> int:
    """Give the last change that pages by change may tell of."""
    if asked.names_somebody:
        return 0
    if asked.updated_since is None and _read(asked.cursor)[0] != BY_CHANGE:
        return 0
    with desk.store.view() as view:
        return changes.settled(view)


def _page(desk: Desk, view: View, asked: Asked, upto: int) -> tuple[list[Lead], str | None]:
    if asked.names_somebody:
        return _persons(desk, view, asked)
    order, after = _read(asked.cursor)
    if asked.updated_since is None and order in {"", BY_NUMBER}:
        found = changes.numbered(view, after=after, most=asked.limit)
        return found, _next(BY_NUMBER, found[-1].id if len(found) == asked.limit else None)
    if asked.updated_since is not None and not order:
        after = changes.line_before(view, asked.updated_since)
    elif order != BY_CHANGE:
        raise Refused("api.cursor")
    scan = changes.changed(view, after=after, upto=upto, most=asked.limit)
    return list(scan.leads), _next(BY_CHANGE, scan.after)


def _persons(desk: Desk, view: View, asked: Asked) -> tuple[list[Lead], str | None]:
    phone = read_phone(asked.phone, region=desk.settings.default_region).e164 if asked.phone else ""
    email = read_email(asked.email) if asked.email else ""
    if (asked.phone and not phone) or (asked.email and not email):
        return [], None
    order, after = _read(asked.cursor)
    if order not in {"", BY_NUMBER}:
        raise Refused("api.cursor")
    found = changes.find(
        view,
        phone=phone,
        email=email,
        external_id=asked.external_id,
        after=after,
        most=asked.limit,
    )
    following = _next(BY_NUMBER, found[-1].id if len(found) == asked.limit else None)
    if asked.updated_since is not None:
        moved = changes.last_change(view, [one.id for one in found])
        since = asked.updated_since
        found = [one for one in found if one.id in moved and moved[one.id] >= since]
    return found, following


def _read(cursor: str) -> tuple[str, int]:
    """Give the order of a cursor's pages, and the number after which its page begins."""
    if not cursor:
        return "", 0
    try:
        plain = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, ValueError):
        raise Refused("api.cursor") from None
    read = _CURSOR.fullmatch(plain)
    if not read:
        raise Refused("api.cursor")
    return read[1], int(read[2])


def _next(order: str, after: int | None) -> str | None:
    return None if after is None else base64.urlsafe_b64encode(f"{order}:{after}".encode()).decode()
