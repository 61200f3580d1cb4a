"""Where a lead came from: which door, which moment, and the mark that tells a repeat."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from rules.fields import Draft
from storage import leads
from storage.unit import Unit

_JSON = json.JSONEncoder(sort_keys=True, default=str)
NOTHING = dict[str, Any]()
"""What most forms say besides: one object, made ready for the database once for all of them."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Batch:
    """How leads are taken in: the source they count for, and whether each is posted.

    Those that are `imported` wait in queues and climb no ladder (C1).
    """

    source: str
    post: bool
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a source said of a person: the draft, how it is taken in, under which number, when.

    `now` is UTC.
    """

    draft: Draft
    batch: Batch
    intake_id: int
    now: datetime

    @property
    def at(self) -> datetime:
        """The moment (UTC) at which it says that it was sent; now where that can't be."""
        return dated(self.draft, now=self.now).received_at or self.now


def dated(draft: Draft, *, now: datetime) -> Draft:
    """Take now for a moment of arrival that can't be: later than now, or from another century."""
    given = draft.received_at
    if given is None or EARLIEST <= given <= now:
        return draft
    extra = draft.extra | {"received_at": given.isoformat()}
    return replace(draft, received_at=None, extra=extra)


def add_source(unit: Unit, lead_id: int, form: Form) -> bool:
    """Keep where a lead came from; False when the same stood there already."""
    return leads.add_source(unit, source_values(lead_id, form))


def source_values(lead_id: int, form: Form) -> dict[str, Any]:
    """Give what is kept of where a lead came from."""
    draft, batch = form.draft, form.batch
    values: dict[str, Any] = {
        "lead_id": lead_id,
        "source": batch.source,
        "campaign": draft.campaign,
        "vendor": draft.vendor,
        "banner": draft.banner,
        "external_id": draft.external_id,
        "cost_minor": draft.cost.minor if draft.cost else None,
        "currency": draft.cost.currency if draft.cost else "",
        "extra": draft.extra if batch.post else NOTHING,
    }
    values["fingerprint"] = fingerprint(values | {"name": draft.name, "note": draft.note})
    values["extra"] = draft.extra or NOTHING
    values["intake_id"], values["at"] = form.intake_id, form.at
    return values


def fingerprint(values: Mapping[str, Any]) -> str:
    """Give a short mark that is the same for the same content."""
    return hashlib.sha256(_JSON.encode(values).encode()).hexdigest()[:32]
