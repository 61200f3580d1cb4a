"""The versions of the playbook: what managers changed in Slack, when and who (L1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, text

from storage.tables import playbook_versions as versions
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Version:
    """One change: `at` in UTC, `changed` each key with its value before and after.

    `overlay` is the whole that holds from then on; version 0 is the file alone.
    """

    id: int = 0
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    actor: str = ""
    changed: Mapping[str, Any] = field(default_factory=dict)
    overlay: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = [versions.c[name] for name in Version.__slots__]
_NEWEST = select(*_COLUMNS).order_by(versions.c.id.desc())


def newest(view: View) -> Version:
    """Give the newest version; version 0 where nothing was ever changed."""
    return next(iter(last(view, most=1)), Version())


def get(view: View, version_id: int) -> Version | None:
    """Give a version, or None; 0 is the file alone."""
    if not version_id:
        return Version()
    row = view.execute(select(*_COLUMNS).where(versions.c.id == version_id)).mappings().first()
    return Version(**row) if row else None


def last(view: View, *, most: int) -> list[Version]:
    """Give the newest versions, newest first."""
    return [Version(**row) for row in view.execute(_NEWEST.limit(most)).mappings()]


def before(view: View, version_id: int) -> Version:
    """Give the version that stood before another one."""
    query = _NEWEST.where(versions.c.id < version_id).limit(1)
    row = view.execute(query).mappings().first()
    return Version(**row) if row else Version()


def since(view: View, version_id: int) -> list[Version]:
    """Give the versions made after another one, newest first."""
    query = _NEWEST.where(versions.c.id > version_id)
    return [Version(**row) for row in view.execute(query).mappings()]


def hold(unit: Unit) -> None:
    """Let nobody else make a version until the unit ends."""
    if unit.dialect == "postgresql":
        unit.execute(text("LOCK TABLE playbook_versions IN EXCLUSIVE MODE"))


def add(
    unit: Unit,
    *,
    at: datetime,
    actor: str,
    changed: Mapping[str, Any],
    overlay: Mapping[str, Any],
) -> Version:
    """Store a version."""
    values: dict[str, Any] = {
        "at": at,
        "actor": actor,
        "changed": dict(changed),
        "overlay": dict(overlay),
    }
    made = unit.execute(insert(versions).values(values)).inserted_primary_key
    return Version(int(made[0]) if made else 0, **values)
