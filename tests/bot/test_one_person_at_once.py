"""A merge at the same moment as another, or as a form of that person: one wins, nothing is lost."""

from functools import partial

from sqlalchemy import func, select

from bot.one_person import merge
from bot.parting import unmerge
from rules.refusals import Refused
from storage.tables import lead_sources
from tests.desk import MIRI, Room
from tests.storage.making import at_once

YOSSI = {"name": "Yossi Levi", "phone": "054-345-6789", "email": "yossi@example.com"}
GIL = {"name": "Gil", "phone": "053-345-6789", "email": "gil@example.com"}


def three(room: Room) -> None:
    room.lead()
    room.lead(**YOSSI)
    room.lead(**GIL)


def of_refusals(raised: list[BaseException]) -> list[str]:
    assert all(isinstance(one, Refused) for one in raised), raised
    return sorted(one.key for one in raised if isinstance(one, Refused))


def into(room: Room) -> list[int | None]:
    return [room.load(number).merged_into for number in (1, 2, 3)]


def sources(room: Room) -> int:
    with room.desk.store.view() as view:
        return int(view.execute(select(func.count()).select_from(lead_sources)).scalar_one())


class TestAtTheSameMomentC2:
    def test_two_merges_of_a_pair_are_one(self, either_room: Room):
        three(either_room)
        act = partial(merge, either_room.desk, 1, 2, by=MIRI)
        raised = at_once([act, act])
        assert of_refusals(raised) == ["lead.merged"]
        assert into(either_room) == [None, 1, None]

    def test_two_merges_that_cross_leave_a_chain_or_a_refusal(self, either_room: Room):
        three(either_room)
        desk = either_room.desk
        raised = at_once([partial(merge, desk, 1, 2, by=MIRI), partial(merge, desk, 3, 2, by=MIRI)])
        assert of_refusals(raised) in ([], ["lead.merged"])
        found = into(either_room)
        assert found[0] is None
        assert found in ([None, 1, None], [None, 1, 2])

    def test_a_form_of_the_one_that_goes_comes_to_the_one_that_stays(self, either_room: Room):
        three(either_room)
        receive = partial(either_room.receive, **YOSSI, campaign="autumn")
        raised = at_once([partial(merge, either_room.desk, 1, 2, by=MIRI), receive])
        assert raised == []
        assert into(either_room) == [None, 1, None]
        assert sources(either_room) == len(either_room.sources(1)) + 1 == 4

    def test_a_merge_and_its_taking_back_leave_two_or_one(self, either_room: Room):
        three(either_room)
        merge(either_room.desk, 1, 2, by=MIRI)
        desk = either_room.desk
        act = partial(unmerge, desk, 2, by=MIRI)
        raised = at_once([act, act])
        assert of_refusals(raised)[0] in {"undo.done", "merge.none"}
        assert into(either_room) == [None, None, None]
