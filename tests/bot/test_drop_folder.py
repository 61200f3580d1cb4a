"""The folder of dropped files: gone with its process, also with one that was killed (C5)."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from bot import drop_folder

DAY = 24 * 3600


@pytest.fixture
def ended() -> int:
    """Give the number of a process that ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def made(where: Path, name: str, *, age: float = 0) -> Path:
    folder = where / name
    folder.mkdir()
    (folder / "F1.csv").write_text("Dana")
    then = time.time() - age
    os.utime(folder, (then, then))
    return folder


class TestAFolder:
    def test_goes_with_its_process(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with drop_folder.own_folder() as folder:
            (folder / "F1.csv").write_text("Dana")
            drop_folder.sweep(tmp_path)
            assert folder.is_dir()
        assert list(tmp_path.iterdir()) == []

    def test_of_a_killed_process_goes_when_another_begins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int
    ):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        left = made(tmp_path, f"{drop_folder.PREFIX}{ended}-abc_123d")
        with drop_folder.own_folder():
            assert not left.exists()

    def test_of_one_that_lives_goes_after_a_day_without_a_mark(self, tmp_path: Path):
        name = f"{drop_folder.PREFIX}{os.getppid()}-"
        here, long = made(tmp_path, f"{name}1"), made(tmp_path, f"{name}2", age=DAY + 60)
        marked = made(tmp_path, f"{name}3", age=DAY + 60)
        drop_folder.mark(marked)
        drop_folder.sweep(tmp_path)
        assert [one.exists() for one in (here, long, marked)] == [True, False, True]

    def test_of_one_before_with_this_processs_number_goes(self, tmp_path: Path):
        left = made(tmp_path, f"{drop_folder.PREFIX}{os.getpid()}-1", age=DAY)
        drop_folder.sweep(tmp_path)
        assert not left.exists()

    @pytest.mark.parametrize("name", ["lead-desk-{}-1", "{}-1", "lead-desk-drops-x{}-1"])
    def test_of_something_else_stays(self, tmp_path: Path, ended: int, name: str):
        other = made(tmp_path, name.format(ended), age=9 * DAY)
        drop_folder.sweep(tmp_path)
        assert other.exists()

    def test_that_somebody_took_away_is_made_anew(self, tmp_path: Path):
        folder = tmp_path / "gone"
        drop_folder.mark(folder)
        assert folder.stat().st_mode & 0o777 == 0o700
