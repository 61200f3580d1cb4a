"""`python app.py route`: who would get such a lead (C3)."""

import pytest

from tests.handlers.test_cli import Terminal, terminal

__all__ = ["terminal"]

TEAM = """
[[rep]]
slack_id = "U01NOA"
name = "Noa"
languages = ["he"]
[[rep]]
slack_id = "U01AVI"
name = "Avi"
languages = ["en", "ru"]
"""
PLAYBOOK = """
[[pool]]
name = "hot"
reps = ["U01NOA"]
[[pool]]
name = "vip"
way = "by_hand"
[[route]]
name = "rich"
pool = "vip"
when = ["value > 500"]
[[route]]
name = "friends"
pool = "hot"
when = ["kind = referral"]
"""
LEADS = "name,phone,language\nDana,052-234-5678,ru\n"


class TestTheRoute:
    @pytest.fixture(autouse=True)
    def _world(self, terminal: Terminal):
        terminal.env(DATABASE_URL="sqlite:///leads.db", PLAYBOOK_FILE="playbook.toml")
        terminal.write("playbook.toml", PLAYBOOK)
        terminal.write("team.toml", TEAM)
        terminal.run("team", "load", "team.toml")
        self.terminal = terminal

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["--kind", "referral"], ["Noa gets it.", "Route: friends", "Not in the pool: Avi"]),
            (["--language", "ru"], ["Avi gets it.", "Don't speak the lead's language: Noa"]),
            (["--language", "fr"], ["Nobody can have it now"]),
            (["--kind", "referral", "--field", "value=900"], ["waits in vip until a manager"]),
        ],
    )
    def test_of_a_lead_that_is_described_says_who_and_why(self, args: list[str], said: list[str]):
        done = self.terminal.run("route", *args)
        assert done.code == 0
        assert [one for one in said if one not in done.out] == []

    def test_of_a_lead_that_is_there_goes_by_what_is_known(self):
        self.terminal.write("a.csv", LEADS)
        self.terminal.run("import", "a.csv", "--kind", "warm")
        assert "Avi gets it." in self.terminal.run("route", "--lead", "1").out

    def test_of_a_lead_that_is_not_there_is_one_line(self):
        assert "9" in self.terminal.fails("route", "--lead", "9")
