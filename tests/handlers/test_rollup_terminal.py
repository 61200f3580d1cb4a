"""`app.py rollup`: how far calls are summed by the hour, and a sum of all anew (L6)."""

from contextlib import nullcontext

from sqlalchemy import update
from typer.testing import CliRunner, Result

from bot import rollups
from handlers.rollup_terminal import commands
from storage.call_sums import CUTS
from storage.tables import rollups as rollups_table
from tests.desk import Room
from tests.handlers.test_cli import Terminal, terminal

__all__ = ["terminal"]

SUMMED = """Calls are summed by the hour, all of the past.
Leads are counted by the day on which they came, all of the past.
No hour waits to be summed anew.
"""


def run(room: Room, *args: str) -> Result:
    return CliRunner().invoke(commands(lambda: nullcontext(room.desk)), list(args))


class TestRollup:
    def test_is_a_command_of_the_program(self, terminal: Terminal):
        assert terminal.run("rollup").out.startswith("No calls are summed yet")
        done = terminal.run("rollup", "--rebuild")
        calls, leads = done.out.splitlines()
        assert (done.code, calls) == (0, "verified equal: 0 calls, 0 hours one by one")
        assert leads == "verified equal: 0 leads, 0 days one by one"
        assert terminal.run("rollup").out == SUMMED

    def test_says_what_waits(self, room: Room):
        rollups.keep_up(room.desk)
        room.log(room.lead().id, "noanswer")
        assert run(room).output.splitlines()[2].startswith("1 hour waits to be summed anew: ")

    def test_sums_all_anew_and_compares(self, room: Room):
        room.log(room.lead().id, "noanswer")
        done = run(room, "--rebuild")
        assert done.exit_code == 0
        assert done.stdout.splitlines() == [
            "verified equal: 1 call, 1 hours one by one",
            "verified equal: 1 lead, 1 days one by one",
        ]
        assert run(room).output == SUMMED

    def test_says_in_hebrew_too(self, terminal: Terminal):
        terminal.env(LOCALE="he")
        assert "נבדק ושווה" in terminal.run("rollup", "--rebuild").out

    def test_ends_with_1_where_sums_are_not_what_the_calls_are(self, room: Room, monkeypatch):
        room.log(room.lead().id, "noanswer")
        real = rollups.compare

        def spoiled(desk: object) -> rollups.Compared:
            with room.desk.store.unit() as unit:
                unit.execute(update(rollups_table).values(calls=9))
                unit.commit()
            return real(room.desk)

        monkeypatch.setattr(rollups, "compare", spoiled)
        done = run(room, "--rebuild")
        assert done.exit_code == 1
        told = f"NOT equal to the calls and leads: {', '.join(CUTS)}, "
        assert done.stderr.strip().startswith(told)
