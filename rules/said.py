"""What a rep wrote of a call, told apart: what was learned, objections, promises (C4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rules.acts import LogOutcome

_MARK = re.compile(
    r"(?<!\S)(?:(?P<objection>objections?|התנגדות|התנגדויות)"
    r"|(?P<promise>promise[sd]?|הבטחתי|הובטח|הבטחה))\s?:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: what was learned, the objections and the promises in it."""

    note: str = ""
    objection: str = ""
    promise: str = ""

    @property
    def data(self) -> dict[str, str]:
        """What a line of history keeps beside the note."""
        kept = {"objection": self.objection, "promise": self.promise}
        return {name: text for name, text in kept.items() if text}


def joined(said: Said) -> str:
    """Give one text of what was told apart; `split` tells it apart again."""
    marked = (f"{name}: {' '.join(text.split())}" for name, text in said.data.items())
    return "\n".join(part for part in (said.note, *marked) if part)


def split(text: str) -> Said:
    """Tell apart what stands behind 'objection:' and 'promise:', in English or Hebrew (C4).

    A mark holds to the next one or to the end of its line; one with nothing behind it is a word
    like others.
    """
    found: dict[str, list[str]] = {"note": [], "objection": [], "promise": []}
    for kind, part in _parts(text):
        if part:
            found[kind].append(part)
    return Said(
        "\n".join(found["note"]), "; ".join(found["objection"]), "; ".join(found["promise"])
    )


def _parts(text: str) -> Iterator[tuple[str, str]]:
    marks = list(_MARK.finditer(text))
    starts = [*(mark.start() for mark in marks), len(text)]
    yield "note", text[: starts[0]].strip()
    for mark, end in zip(marks, starts[1:], strict=True):
        held, _, after = text[mark.end() : end].strip().partition("\n")
        yield (str(mark.lastgroup), held.strip()) if held else ("note", mark[0])
        yield "note", after.strip()


def heard(act: LogOutcome) -> LogOutcome:
    """Give an outcome with the objections and promises of its note in their own places (C4)."""
    text = act.note or act.reason
    if ":" not in text:
        return act
    said = split(text)
    told = replace(
        act,
        objection=_both(act.objection, said.objection),
        promise=_both(act.promise, said.promise),
    )
    return replace(told, note=said.note) if act.note else replace(told, reason=said.note)


def _both(given: str, found: str) -> str:
    return "; ".join(part for part in (given, found) if part)
