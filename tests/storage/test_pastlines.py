"""Lines of history whose data changes later."""

import pytest

from storage import agreements, leads, optouts, pastlines, stages
from storage.store import Store
from tests.storage.making import NOON, add_lead

KINDS = (*agreements.LINES, optouts.LINE, stages.MOVED, stages.ASKED)


class TestALine:
    @pytest.mark.parametrize("what", KINDS)
    def test_is_read_and_written_again_by_its_number(self, store: Store, what: str):
        with store.unit() as unit:
            lead, data = add_lead(unit), {"undo": {"followup": 3}}
            line = pastlines.write(unit, lead.id, at=NOON, actor="U1", what=what, data=data)
            found = pastlines.written(unit, line, *KINDS, lock=True)
            assert found == pastlines.Written(line, lead.id, NOON, "U1", data)
            pastlines.rewrite(unit, line, {"undo": None})
            unit.commit()
        with store.view() as view:
            again = pastlines.written(view, line, what)
            assert again == pastlines.Written(line, lead.id, NOON, "U1", {"undo": None})

    def test_is_no_other_line_of_the_history(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            leads.add_line(unit, lead.id, at=NOON, actor="U1", what="note", text="x")
            line = pastlines.write(unit, lead.id, at=NOON, actor="", what=stages.MOVED, data={})
            assert pastlines.written(unit, line - 1, *KINDS) is None
            assert pastlines.written(unit, line + 1, *KINDS) is None
            assert pastlines.written(unit, line, stages.ASKED) is None

    def test_is_rewritten_alone(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            first, second = (
                pastlines.write(unit, lead.id, at=NOON, actor="", what=stages.MOVED, data={"n": n})
                for n in (1, 2)
            )
            pastlines.rewrite(unit, first, {"n": 3})
            left = pastlines.written(unit, second, stages.MOVED)
        assert left is not None
        assert left.data == {"n": 2}
