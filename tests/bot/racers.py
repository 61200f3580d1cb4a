"""Acts at the same moment on one database: by processes of their own, or by threads of one.

Run as a module it is such a process: it reads what it is to do, says that it is ready, and acts
at a sign. Its input's end is its own.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bot import approvals, assign, intake, stages
from bot.claiming import claim_lead
from bot.desk import Desk
from bot.present import Present
from rules.pools import Pool, Route, Way
from rules.refusals import Refused
from rules.words import Stage
from storage.engine import make_engine
from storage.store import Store
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, settings_for
from tests.storage.making import at_once

ROOT = Path(__file__).parents[2]
DAN, GAL, RON, TAL, LIOR = "U01DAN", "U01GAL", "U01RON", "U01TAL", "U01LIOR"
WEIGHTS = {NOA: 1.0, AVI: 2.0, DAN: 3.0}
CAPPED, PER_DAY = (GAL, RON, TAL), 5
CAPACITY = {TAL: 3}
MANAGERS = (MIRI, LIOR)
POOLS = (
    Pool("fair", tuple(WEIGHTS)),
    Pool("capped", CAPPED, per_day=PER_DAY),
    Pool("open", tuple(WEIGHTS), Way.CLAIM),
)
BOOK_OF_POOLS = replace(
    BOOK,
    pools=POOLS,
    routes=tuple(Route(one.name, one.name, (f"campaign = {one.name}",)) for one in POOLS),
)
TEAM = "\n".join(
    [
        f'[[rep]]\nslack_id = "{who}"\nname = "{who}"\nweight = {WEIGHTS.get(who, 1.0)}\n'
        f"capacity = {CAPACITY.get(who, 100)}"
        for who in (*WEIGHTS, *CAPPED)
    ]
    + [f'[[rep]]\nslack_id = "{who}"\nname = "{who}"\nrole = "manager"' for who in MANAGERS]
)

Act = dict[str, Any]
Told = dict[str, Any]


def _receive(desk: Desk, **fields: Any) -> int:
    body = json.dumps(fields).encode()
    return intake.receive(desk, "website", body, content_type="application/json").lead_id or 0


def _disqualify(desk: Desk, *, lead_id: int, by: str) -> None:
    stages.move(desk, lead_id, Stage.DISQUALIFIED, by=by, reason="a competitor")


def _reject(desk: Desk, *, line: int, by: str) -> None:
    approvals.reject(desk, line, "no budget yet", by=by)


ACTS: dict[str, Callable[..., object]] = {
    "receive": _receive,
    "held": assign.assign_held,
    "claim": lambda desk, *, lead_id, by: claim_lead(desk, lead_id, by=by).owner,
    "approve": lambda desk, *, line, by: approvals.approve(desk, line, by=by).line,
    "reject": _reject,
    "disqualify": _disqualify,
}


def _carry_out(desk: Desk, acts: Sequence[Act]) -> list[Told]:
    """Do one act after the other; gives what each said, or by which words it was refused."""
    told = []
    for act in acts:
        rest = {name: value for name, value in act.items() if name != "do"}
        try:
            told.append(act | {"gave": ACTS[act["do"]](desk, **rest)})
        except Refused as refused:
            told.append(act | {"refused": refused.key, "owner": refused.params.get("owner")})
    return told


Race = Callable[[Sequence[Sequence[Act]]], list[Told]]


def by_threads(desk: Desk, shares: Sequence[Sequence[Act]]) -> list[Told]:
    """Let threads of one process do a share of acts each, begun together; gives all they told."""
    told: list[Told] = []

    def act(share: Sequence[Act]) -> None:
        told.extend(_carry_out(desk, share))

    assert at_once([partial(act, one) for one in shares]) == []
    return told


class Racers:
    """Processes that were started once and race whenever they are asked to."""

    def __init__(self, stack: ExitStack, count: int) -> None:
        self._all = [stack.enter_context(_racer()) for _ in range(count)]

    def race(self, url: str, shares: Sequence[Sequence[Act]]) -> list[Told]:
        """Let each do a share of acts on a database, begun together; gives all they told."""
        racing = self._all[: len(shares)]
        for one, acts in zip(racing, shares, strict=True):
            _write(one, {"url": url, "acts": acts})
        assert [_read(one) for one in racing] == ["ready"] * len(racing)
        for one in racing:
            _write(one, "go")
        return [told for one in racing for told in _read(one)]


@contextmanager
def _racer() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.racers"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process, process.stdin:
        yield process
    assert process.returncode == 0


def _write(racer: "subprocess.Popen[str]", what: object) -> None:
    assert racer.stdin is not None
    racer.stdin.write(json.dumps(what) + "\n")
    racer.stdin.flush()


def _read(racer: "subprocess.Popen[str]") -> Any:
    assert racer.stdout is not None
    return json.loads(racer.stdout.readline())


@contextmanager
def _open_desk(url: str) -> Iterator[Desk]:
    """Open a desk that is connected already, so that nobody comes late to the race."""
    store = Store(make_engine(url))
    settings = settings_for(Path("unused.db"), DATABASE_URL=url)
    with store.view():
        pass
    try:
        yield Desk(store, settings, Present(BOOK_OF_POOLS), FakeClock())
    finally:
        store.close()


def main() -> None:
    """Race once for each line of input."""
    say = partial(print, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        with _open_desk(asked["url"]) as desk:
            say(json.dumps("ready"))
            assert json.loads(sys.stdin.readline()) == "go"
            told = _carry_out(desk, asked["acts"])
        say(json.dumps(told))


if __name__ == "__main__":
    main()
