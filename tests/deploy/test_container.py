"""What the Dockerfile, the compose file and the unit say holds, as far as it can without them."""

import ast
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.settings import Settings, names
from tests.deploy.image import HOME, KEPT, Container, build, copied, files, health_check, said
from tests.e2e.bot import ROOT

yaml: Any = pytest.importorskip("yaml", reason="PyYAML reads compose.yaml")


class Caller(threading.Thread):
    """Hands leads in and logs a call on each, until the bot is gone; keeps what was answered."""

    def __init__(self, url: str, first: int) -> None:
        super().__init__()
        self._url = url
        self._first = first
        self.leads: list[int] = []
        self.called: list[int] = []

    def run(self) -> None:
        try:
            for number in range(self._first, self._first + 10_000):
                self.call(number)
        except httpx.HTTPError:
            return

    def call(self, number: int) -> None:
        phone = f"052-23{number:05}"
        came = self.post("/intake/website", "secret", name="Dana", phone=phone, product=phone)
        if came.status_code != 202:
            return
        lead = came.json()["lead_id"]
        self.leads.append(lead)
        path = f"/api/leads/{lead}/outcomes"
        done = self.post(path, "a-long-random-word", outcome="noanswer")
        if done.is_success:
            self.called.append(lead)

    def post(self, path: str, token: str, **fields: str) -> httpx.Response:
        head = {"Authorization": f"Bearer {token}"}
        return httpx.post(f"{self._url}{path}", json=fields, headers=head, timeout=20)


def stored(world: Container, query: str) -> set[int]:
    with closing(sqlite3.connect(world.folder / "leads.db")) as opened:
        return {row[0] for row in opened.execute(query)}


def imported(file: Path) -> set[str]:
    """Give the first names of what a file imports anywhere in it."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    plain = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    whole = plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in whole}


class TestTheImage:
    def test_runs_on_its_own_files_alone_and_changes_none(self, tmp_path: Path):
        image = build(tmp_path)
        before = files(image)
        with Container(image) as world:
            assert "ok      integrity: the file is whole" in world.app("check")
            assert "ok      clock: as Slack's, within a minute" in world.app("check")
            assert world.ran(health_check()).returncode == 0
            assert world.app("backup")
            assert list((image / "backups").glob("*.backup"))
            assert world.stop() == 0
            assert world.ran(health_check()).returncode != 0
        assert files(image) == before

    def test_ends_by_sigterm_in_the_midst_of_work_and_loses_nothing_that_was_answered(
        self, tmp_path: Path
    ):
        with Container(build(tmp_path)) as world:
            callers = [Caller(world.url, number * 10_000) for number in range(3)]
            for one in callers:
                one.start()
            try:
                world.slack.wait_for(lambda: all(len(one.called) > 3 for one in callers))
            finally:
                code = world.stop()
                for one in callers:
                    one.join()
            assert code == 0
            leads = stored(world, "SELECT id FROM leads")
            called = stored(world, "SELECT lead_id FROM attempts")
        assert {lead for one in callers for lead in one.leads} <= leads
        assert {lead for one in callers for lead in one.called} <= called


class TestTheDockerfile:
    def test_copies_what_dockerignore_lets_in(self):
        lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
        assert let_in == {"requirements.lock", *(source.name for source, _ in copied())}

    def test_copies_every_room_that_something_in_it_imports_but_the_demo(self, tmp_path: Path):
        image = build(tmp_path)
        asked = {name for one in image.rglob("*.py") for name in imported(one)}
        ours = {one.stem for one in ROOT.iterdir() if one.is_dir() or one.suffix == ".py"}
        assert asked & ours - {one.stem for one in image.iterdir()} == {"demo"}

    def test_keeps_what_must_last_in_volumes_of_its_own(self):
        [volumes] = said("VOLUME")
        assert yaml.safe_load(volumes) == [f"{HOME}/{name}" for name in KEPT]

    def test_runs_as_a_user_without_rights(self):
        assert said("USER") == ["10001"]


class TestTheComposeFile:
    def services(self) -> dict[str, Any]:
        text = (ROOT / "compose.yaml").read_text("utf-8")
        found: dict[str, Any] = yaml.safe_load(text)["services"]
        return found

    def test_gives_each_service_its_own_secrets_alone(self):
        given = {name: one["env_file"] for name, one in self.services().items()}
        assert given == {"bot": "deploy/bot.env", "database": "deploy/database.env"}
        server = (ROOT / "deploy/database.env.example").read_text("utf-8")
        assert set(re.findall("^([A-Z_]+)=", server, re.MULTILINE)).isdisjoint(names())

    def test_knows_every_setting_that_it_asks_for(self):
        text = (ROOT / "deploy/bot.env.example").read_text("utf-8")
        given = dict(re.findall("^([A-Z_]+)=(.*)$", text, re.MULTILINE))
        assert set(given) <= set(names())
        assert Settings.from_env(given).database_url.startswith("postgresql+psycopg://leads:")

    def test_lets_the_bot_end_by_itself(self):
        assert int(self.services()["bot"]["stop_grace_period"].removesuffix("s")) > 10

    def test_keeps_every_volume(self):
        mounts = [one.split(":")[1] for one in self.services()["bot"]["volumes"]]
        assert {f"{HOME}/{name}" for name in KEPT} <= set(mounts)


class TestTheUnit:
    def test_is_understood_by_systemd(self, tmp_path: Path):
        asked = shutil.which("systemd-analyze")
        if asked is None:
            pytest.skip("there is no systemd-analyze here")
        text = (ROOT / "deploy/leads.service").read_text("utf-8")
        assert "ExecStart=/opt/leads/.venv/bin/python /opt/leads/app.py run\n" in text
        unit = tmp_path / "leads.service"
        unit.write_text(text.replace("/opt/leads/.venv/bin/python", sys.executable), "utf-8")
        done = subprocess.run(
            [asked, "verify", "--man=no", unit],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
