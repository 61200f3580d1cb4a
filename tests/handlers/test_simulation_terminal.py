"""`app.py simulate`: a playbook beside the baselines, and the tables of the docs (L6.8)."""

from pathlib import Path

import pytest

from handlers import simulation_report
from handlers.simulation_report import BEGIN, END
from simulation.trial import TRIALS
from tests.handlers.test_cli import ROOT, Terminal, terminal

__all__ = ["terminal"]


class TestSimulate:
    def test_prints_a_row_for_each_policy(self, terminal: Terminal):
        done = terminal.run("simulate", "--weeks", "1", "--seeds", "2", "--load", "0.2")
        assert done.code == 0
        for words in ("1 weeks, 2 seeds", "playbook", "Round robin", "First come", "hindsight"):
            assert words in done.out

    def test_says_it_in_hebrew(self, terminal: Terminal):
        terminal.env(LOCALE="he")
        done = terminal.run("simulate", "--weeks", "1", "--seeds", "2", "--load", "0.2")
        assert "כל הקודם" in done.out

    def test_takes_a_playbook(self, terminal: Terminal):
        file = terminal.write("mine.toml", '[plan]\na = ["later"]\n')
        done = terminal.run("simulate", "--playbook", str(file))
        assert done.code == 1
        assert "mine.toml: plan.a must be" in done.err

    def test_knows_three_effects_of_age(self, terminal: Terminal):
        done = terminal.run("simulate", "--scenario", "great")
        assert done.code != 0
        assert "none, shrunk, published" in " ".join(done.err.split())

    def test_writes_into_no_file_without_marks(self, terminal: Terminal):
        done = terminal.run("simulate", "--report", str(terminal.write("notes.md", "Hello\n")))
        assert done.code == 1
        assert BEGIN in done.err


class TestTheReport:
    @pytest.mark.slow
    def test_stands_between_the_marks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(simulation_report, "SCENARIOS", ("none",))
        monkeypatch.setattr(simulation_report, "LOADS", (0.2,))
        monkeypatch.setattr(simulation_report, "TRIAL_SEEDS", 2)
        monkeypatch.setattr(simulation_report, "TRIAL_WEEKS", 8)
        monkeypatch.setattr("simulation.trial.TRIALS", TRIALS[:1])
        file = tmp_path / "optimisation.md"
        file.write_text(f"Before\n{BEGIN}\nold\n{END}\nAfter\n", "utf-8")
        steps: list[None] = []
        simulation_report.write(file, weeks=1, seeds=2, step=lambda: steps.append(None))
        text = file.read_text("utf-8")
        assert text.startswith(f"Before\n{BEGIN}\n\n1 weeks, 2 seeds")
        assert text.endswith(f"{END}\nAfter\n")
        assert "old" not in text
        assert "| Buy more |" in text
        assert len(steps) == 2 * 3 + 2 * 2

    def test_has_its_place_in_the_docs(self):
        text = (ROOT / "docs/optimisation.md").read_text("utf-8")
        assert text.index(BEGIN) < text.index(END)
        assert "| The playbook |" in text

    def test_counts_its_runs(self):
        assert len(TRIALS) == simulation_report.TRIALS


class TestAWeakTrial:
    @pytest.mark.slow
    def test_is_run_with_more_seeds_and_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(simulation_report, "SCENARIOS", ("none", "published"))
        monkeypatch.setattr(simulation_report, "LOADS", (0.2,))
        monkeypatch.setattr(simulation_report, "TRIAL_SEEDS", 2)
        monkeypatch.setattr(simulation_report, "MORE_SEEDS", 3)
        monkeypatch.setattr(simulation_report, "TRIAL_WEEKS", 8)
        hours = [one for one in TRIALS if one.name == "hours"]
        monkeypatch.setattr("simulation.trial.TRIALS", hours)
        file = tmp_path / "optimisation.md"
        file.write_text(f"{BEGIN}\n{END}\n", "utf-8")
        steps: list[None] = []
        simulation_report.write(file, weeks=1, seeds=2, step=lambda: steps.append(None))
        [row] = [line for line in file.read_text("utf-8").splitlines() if "Calling hours" in line]
        assert [cell.count("; 3 seeds)") for cell in row.split("|")[2:4]] == [0, 1]
        assert len(steps) == 2 * 2 * 3 + 2 * 2 + 3 * 2

    def test_is_known_by_name_and_counted(self, monkeypatch: pytest.MonkeyPatch):
        weak = [name for names in simulation_report.WEAK.values() for name in names]
        assert set(weak) <= {one.name for one in TRIALS}
        every = [
            simulation_report.seeds_of(trial.name, scenario)
            for scenario in simulation_report.SCENARIOS
            for trial in TRIALS
        ]
        assert sorted(set(every)) == [6, 18]
        monkeypatch.setattr(simulation_report, "LOADS", ())
        assert simulation_report.runs(seeds=6) == 2 * sum(every)

    def test_has_its_seeds_in_the_docs(self):
        text = (ROOT / "docs/optimisation.md").read_text("utf-8")
        _, weeks, rows = text.partition("| Recommendation |")
        assert weeks
        assert rows.count("; 18 seeds)") == 4
