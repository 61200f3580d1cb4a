"""A file imported into a desk, and all that is stored of it: to compare two ways of doing so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk import Desk
from bot.imports import Row, import_rows
from bot.newcomers import Newcomers
from rules.fields import Defaults
from rules.pools import Pool, Route, Score, Staging, Way
from rules.team import Rep
from rules.words import CHANNELS, Tier
from storage import optouts, people, reps
from storage.tables import lead_marks, metadata
from tests.bot.test_hooks import CRM
from tests.desk import AVI, BOOK, MIRI, NOA

DAN, GAL = "U01DAN", "U01GAL"
TEAM = (
    Rep(NOA, "Noa", languages=("he", "en"), regions=("Haifa",)),
    Rep(AVI, "Avi", languages=("he",), weight=2.0, capacity=3),
    Rep(DAN, "Dan", products=("flat",), capacity=4),
    Rep(GAL, "Gal", state="away"),
    Rep(MIRI, "Miri", role="manager"),  # type: ignore[arg-type]
)
POOLS = (
    Pool("capped", (NOA, AVI, GAL), per_hour=2, over_caps=(Tier.A,)),
    Pool("matched", way=Way.BEST_MATCH),
    Pool("closers", way=Way.BEST_CLOSER),
    Pool("loaded", way=Way.LEAST_LOADED),
    Pool("alike", (NOA, DAN, GAL), Way.ROUND_ROBIN, owed=True),
    Pool("hand", way=Way.BY_HAND),
)
ROUTES = tuple(Route(one.name, one.name, (f"campaign = {one.name}",)) for one in POOLS)
ASKING = (
    Route("one", "alike", ("phone = +972522000001",)),
    Route("seen", "loaded", ("extra.seen = 1",)),
    Route("mail", "matched", ("email ~ *@gmail.com",)),
)
SCORES = (Score("big", 5, ("product = flat", "city = Haifa")),)
BOOKS = {
    "plain": BOOK,
    "routed": replace(BOOK, pools=POOLS, routes=ROUTES),
    "scored": replace(BOOK, scores=SCORES, staging=Staging(mql_points=5), webhooks=(CRM,)),
    "asking": replace(BOOK, pools=POOLS, routes=ASKING),
    "held": replace(BOOK, wave=replace(BOOK.wave, hold=(Tier.D,)), slack_hints="prefer"),
}
DEFAULTS = Defaults("IL", "ILS")
CLOSED, SHARED = "+972522000009", "+972522000008"


def prepare(desk: Desk) -> None:
    """Let a team be there, and numbers that are shared and closed."""
    now = desk.clock()
    with desk.store.unit() as unit:
        reps.put(unit, TEAM)
        reps.set_state(unit, (GAL,), "away")
        people.share(unit, SHARED, actor=MIRI, at=now)
        optouts.add(unit, CLOSED, CHANNELS, at=now, actor="", how="sms", lead_id=None)
        unit.commit()


def take_in(desk: Desk, batches: Sequence[list[Row]], **how: Any) -> list[Any]:
    """Import rows in batches; gives what became of each."""
    given: dict[str, Any] = {"defaults": DEFAULTS, "mapping": {}, "post": False, "dry_run": False}
    return [one for rows in batches for one in import_rows(desk, rows, **given | how)]


@contextmanager
def one_by_one() -> Iterator[None]:
    """Let no row be a newcomer's, so that each goes through all that a single form does."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Newcomers, "among", lambda self, drafts: [False] * len(drafts))
        yield


def stored(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of all tables; of the marks of leads the hours, since many share one."""
    with desk.store.view() as view:
        found = {
            table.name: [
                dict(row)
                for row in view.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in metadata.sorted_tables
        }
    hours = sorted({one["hour"] for one in found[lead_marks.name]})
    return found | {lead_marks.name: [{"hour": one} for one in hours]}
