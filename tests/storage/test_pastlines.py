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

    def test_is_found_by_the_form_that_it_is_about(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            first, again, other = (
                pastlines.write(
                    unit, lead.id, at=NOON, actor="", what="theirs", data={"form": form}
                )
                for form in (7, 7, 8)
            )
            found = pastlines.of_form(unit, lead.id, "theirs", form=7)
            assert (first, again, other) == (1, 2, 3)
            assert found is not None
            assert found.id == again
            assert pastlines.of_form(unit, lead.id, "theirs", form=9) is None
            assert pastlines.of_form(unit, lead.id, "note", form=7) is None

    def test_is_forgotten_alone(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            assert pastlines.newest(unit, lead.id) == 0
            for what in ("note", "wrote", "note", "wrote"):
                leads.add_line(unit, lead.id, at=NOON, actor="", what=what, text="x")
            assert pastlines.newest(unit, lead.id) == 4
            assert pastlines.since(unit, lead.id, 2, "wrote", "consent") == [4]
            pastlines.forget(unit, [4])
            assert [one.what for one in leads.lines(unit, lead.id)] == ["note", "wrote", "note"]
