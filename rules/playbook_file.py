"""The playbook's file, read whole: every fault named by file, key and what is allowed (L1.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from itertools import combinations
from typing import Any

from rules.conditions import takes_all
from rules.playbook import Playbook, Speed
from rules.playbook_keys import KEYS, LISTS, TOGETHER
from rules.pools import Way
from rules.templates import FaultKey, Template, faults
from rules.values import Reader


class PlaybookFaults(Exception):
    """Raised when a playbook can't be used; `faults` has one English sentence for each fault.

    `keys` are those of TOGETHER among them, for readers in Slack.
    """

    def __init__(self, faults: list[str], *, keys: Sequence[str] = ()) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(faults))
        self.faults = faults
        self.keys = tuple(keys)


_SENTENCES: dict[FaultKey, str] = {
    "unknown_field": "has {{{field}}}, which is not known here; there are: {known}",
    "stray_brace": "has a brace that is not closed, or more in it than a name",
    "empty": "is empty",
    "needs_subject": "is missing: a mail needs one",
    "no_subject_in_sms": "must be left out: an SMS has none",
    "too_long": "is {length} long; at most {limit}",
    "subject_lines": "must be one line",
}


def read_playbook(data: Mapping[str, Any], *, file: str) -> Playbook:
    """Make a playbook of parsed TOML; `file` is its name in the faults.

    Raises PlaybookFaults with one sentence a fault: file, key and what is allowed (L1.2).
    """
    found: list[str] = []
    playbook = Playbook()
    for name, content in data.items():
        if name in LISTS:
            items = _read_list(name, content, file, found)
            playbook = put(playbook, LISTS[name].target, items)
        elif name in KEYS and not isinstance(content, Mapping):
            found.append(f"{file}: write {name} as [{name}]")
        elif name in KEYS:
            playbook = _read_section(playbook, name, content, file, found)
        else:
            known = ", ".join([*KEYS, *LISTS])
            found.append(f"{file}: {name} is not known here; there are: {known}")
    keys = _together(playbook)
    found += [f"{file}: {TOGETHER[key]}" for key in keys]
    if found:
        raise PlaybookFaults(found, keys=keys)
    return playbook


def _together(playbook: Playbook) -> list[str]:
    """Give the faults that no key has alone, as keys of TOGETHER."""
    tiers, low = playbook.tiers, playbook.low_answer
    wrong = {
        "nags": playbook.nag_manager < playbook.nag_rep[-1],
        "speed": not _rises(playbook.speed),
        "wave": playbook.wave.under >= playbook.wave.over,
        "tiers": not tiers.a > tiers.b > tiers.c,
        "low_answer": low.above < low.below,
        "messages": playbook.per_week < playbook.per_day,
        "hours": playbook.calling.start == playbook.calling.end,
        "webhooks": len({one.key for one in playbook.webhooks}) < len(playbook.webhooks),
        "vendors": any(one.over_days > one.window_days for one in playbook.vendors),
        **_wrong_routes(playbook),
    }
    return [fault for fault, holds in wrong.items() if holds]


def _wrong_routes(playbook: Playbook) -> dict[str, bool]:
    """Say what is wrong between pools, routes and weights (C3)."""
    pools, whens = {one.name for one in playbook.pools}, [one.when for one in playbook.routes]
    matched = any(one.way is Way.BEST_MATCH for one in playbook.pools)
    return {
        "pools": any(one.pool not in pools for one in playbook.routes),
        "routes": any(takes_all(*two) for two in combinations(whens, 2)),
        "match": matched and not any(astuple(playbook.match)),
    }


def _rises(speed: Speed) -> bool:
    steps = [*speed.nag, *(one for one in (speed.move, speed.manager) if one)]
    return steps == sorted(steps)


def put(playbook: Playbook, target: str, value: Any) -> Playbook:  # noqa: ANN401 - as its key says
    """Give the playbook with one value changed; 'tiers.a' and 'plans.A' are inside a part of it."""
    outer, _, inner = target.partition(".")
    if inner:
        whole = getattr(playbook, outer)
        value = _put_inside(whole, inner, value)
    changed: dict[str, Any] = {outer: value}
    return replace(playbook, **changed)


def _put_inside(whole: Any, inner: str, value: Any) -> Any:  # noqa: ANN401 - likewise
    if not isinstance(whole, Mapping):
        return replace(whole, **{inner: value})
    name = next(one for one in whole if str(one) == inner)
    return {**whole, name: value}


def taken(playbook: Playbook, target: str) -> Any:  # noqa: ANN401 - likewise
    """Give the value that stands at a target."""
    outer, _, inner = target.partition(".")
    whole = getattr(playbook, outer)
    if not inner:
        return whole
    if isinstance(whole, Mapping):
        return next(value for name, value in whole.items() if str(name) == inner)
    return getattr(whole, inner)


def _read_section(
    playbook: Playbook, name: str, content: Mapping[str, Any], file: str, found: list[str]
) -> Playbook:
    for key, value in content.items():
        if key not in KEYS[name]:
            known = ", ".join(KEYS[name])
            found.append(f"{file}: {name}.{key} is not known here; there are: {known}")
            continue
        target, reader = KEYS[name][key]
        try:
            given = reader(value)
        except ValueError as fault:
            found.append(f"{file}: {name}.{key} must be {fault}")
            continue
        if isinstance(given, dict):
            given = {**taken(playbook, target), **given}
        playbook = put(playbook, target, given)
    return playbook


def _read_list(name: str, content: object, file: str, found: list[str]) -> tuple[Any, ...]:
    spec = LISTS[name]
    if not isinstance(content, list) or not all(isinstance(row, Mapping) for row in content):
        found.append(f"{file}: write {name} as [[{name}]]")
        return ()
    items = []
    for number, row in enumerate(content, start=1):
        where = f"{file}: {name} {number}"
        before = len(found)
        given = _read_row(row, spec.keys, where, found)
        missing = [key for key in spec.needed if row.get(key, "") == ""]
        found += [f"{where} needs a {key}" for key in missing]
        if len(found) == before:
            items.append(spec.made(**given))
            found += _wrong_in(items[-1], where)
    marks = [tuple(getattr(item, key) for key in spec.told_apart) for item in items]
    twice = sorted(
        {" ".join(str(mark) for mark in one if mark) for one in marks if marks.count(one) > 1}
    )
    found += [f"{file}: {name} {one} stands twice" for one in twice]
    return tuple(items)


def _wrong_in(item: object, where: str) -> list[str]:
    if not isinstance(item, Template):
        return []
    return [
        f"{where}: {fault.part} {_SENTENCES[fault.key].format(**fault.params)}"
        for fault in faults(item)
    ]


def _read_row(
    row: Mapping[str, Any], readers: Mapping[str, Reader], where: str, found: list[str]
) -> dict[str, Any]:
    given = {}
    for key, value in row.items():
        if key not in readers:
            found.append(f"{where}: {key} is not known here; there are: {', '.join(readers)}")
            continue
        try:
            given[key] = readers[key](value)
        except ValueError as fault:
            found.append(f"{where}: {key} must be {fault}")
    return given
