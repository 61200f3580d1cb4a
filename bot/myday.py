"""A rep's own day: what is overdue and due, what comes, what waits, the numbers of the week."""

from dataclasses import dataclass
from datetime import datetime

from bot.desk import Desk
from bot.figures import last_week
from bot.paging import Page, Pages, page
from bot.teamboard import OVERDUE
from rules.lead import Lead
from rules.playbook import Wave
from rules.queue import rank
from rules.team import Rep
from storage import home, reps, worked
from storage.home import Counts
from storage.unit import View
from storage.worked import Worked

SIZE = 5


@dataclass(frozen=True, slots=True)
class Mine:
    """A rep's day at `now` and numbers `since` (UTC); `region` is whose numbers the team reads.

    So many more are `held`: they get no call for now and stand in no list (C1). `listed` when the
    rep stands in the team, and so can be away.
    """

    rep: Rep
    now: datetime
    since: datetime
    region: str
    late: Page[Lead]
    due: Page[Lead]
    coming: Page[Lead]
    untimed: Page[Lead]
    held: int
    worked: Worked
    listed: bool

    @property
    def empty(self) -> bool:
        """Whether nothing of theirs is to be done at all."""
        lists = (self.late, self.due, self.coming, self.untimed)
        return not self.held and not any(one.total for one in lists)


def my_day(desk: Desk, view: View, rep: Rep, *, pages: Pages, size: int = SIZE) -> Mine:
    """Give a rep's day: what is overdue and due, hot first, what comes, what waits (L1.4, L4.4)."""
    now, me, since = desk.clock(), rep.slack_id, last_week(desk)[1]
    bar, over = desk.playbook.wave, now - OVERDUE
    count = home.counts(view, now=now, late=over, owner=me, wave=bar).get(me, Counts())
    lists = _Lists(view, me, now, bar, size)
    late, due, coming, untimed = lists.pages(count, pages)
    return Mine(
        rep,
        now,
        since,
        desk.settings.default_region,
        late,
        due,
        coming,
        untimed,
        count.held,
        worked.worked(view, since=since, hour=OVERDUE).get(me, Worked()),
        listed=reps.get(view, me) is not None,
    )


@dataclass(frozen=True, slots=True)
class _Lists:
    """A rep's lists at `now` (UTC) under a bar, in pages of a size."""

    view: View
    me: str
    now: datetime
    bar: Wave
    size: int

    def pages(self, count: Counts, pages: Pages) -> list[Page[Lead]]:
        """Give the page of each list that `pages` names."""
        late = self.now - OVERDUE
        lists = (
            ("late", count.late, lambda skip: self._best(late, None, skip)),
            ("due", count.due - count.late, lambda skip: self._best(self.now, late, skip)),
            ("coming", count.timed - count.due, self._coming),
            ("untimed", count.untimed, self._untimed),
        )
        return [
            page(name, pages, total=total, size=self.size, take=take) for name, total, take in lists
        ]

    def _best(self, until: datetime, after: datetime | None, skip: int) -> list[Lead]:
        found = home.ranked(self.view, self.me, until=until, after=after, wave=self.bar)
        some = sorted(found, key=rank)[skip : skip + self.size]
        return home.by_id(self.view, [one.id for one in some])

    def _coming(self, skip: int) -> list[Lead]:
        return home.coming(
            self.view, self.me, now=self.now, skip=skip, most=self.size, wave=self.bar
        )

    def _untimed(self, skip: int) -> list[Lead]:
        return home.untimed(self.view, self.me, skip=skip, most=self.size, wave=self.bar)
