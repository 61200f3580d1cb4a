"""The command line: exit codes, one clear line, never a traceback (contract)."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import app
from bot.manifest import SCOPES
from sandbox.imap import ImapServer
from sandbox.mailbox import Mailbox
from tests.desk import AVI, TEAM

ROOT = Path(__file__).parents[2]
LEADS = "name,phone,kind\nDana,052-234-5678,warm\nNobody,,warm\n"
LIKE_YAML = ("_metadata", "display_information", "features", "oauth_config", "settings")


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Terminal:
    """Runs commands of the program in a folder of its own, within this process."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._patch, self._capture = folder, patch, capture
        patch.chdir(folder)
        for name in list(os.environ):
            if name.isupper() and name not in {"PATH", "HOME", "PYTEST_CURRENT_TEST"}:
                patch.delenv(name)

    def env(self, **values: str) -> None:
        for name, value in values.items():
            self._patch.setenv(name, value)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, *args: str) -> Done:
        self._patch.setattr(sys, "argv", ["app.py", *args])
        self._capture.readouterr()
        code: object = 0
        try:
            app.main()
        except SystemExit as ended:
            code = ended.code
        out, err = self._capture.readouterr()
        if isinstance(code, str):
            return Done(1, out, err + code)
        return Done(int(str(code or 0)), out, err)

    def fails(self, *args: str) -> str:
        """Run what can't work; gives the one clear line."""
        done = self.run(*args)
        assert done.code == 1, done
        assert "Traceback" not in done.err
        lines = done.err.strip().splitlines()
        assert len(lines) == 1, done.err
        return lines[0]


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


class TestTheProgram:
    def test_runs_as_a_program_of_its_own(self, tmp_path: Path):
        def run(*args: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, ROOT / "app.py", *args],
                cwd=tmp_path,
                env={"PATH": os.environ["PATH"]},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

        failed = run("import", "none.csv", "--kind", "warm")
        assert (failed.returncode, failed.stderr) == (1, "There is no file none.csv.\n")

    @pytest.mark.parametrize("args", [["--help"], ["import", "--help"], ["team", "--help"]])
    def test_explains_itself(self, terminal: Terminal, args: list[str]):
        assert terminal.run(*args).code == 0

    @pytest.mark.parametrize(
        "args",
        [["nothing"], ["import"], ["import", "a.csv", "--unknown"], ["team", "load"]],
        ids=str,
    )
    def test_says_2_to_wrong_usage(self, terminal: Terminal, args: list[str]):
        assert terminal.run(*args).code == 2

    def test_has_the_contracts_commands_of_this_version(self, terminal: Terminal):
        shown = terminal.run("--help").out
        for name in ("run", "check", "import", "team", "digest", "manifest"):
            assert name in shown


class TestSettings:
    def test_that_are_wrong_are_all_named_at_once(self, terminal: Terminal):
        terminal.env(
            SLACK_BOT_TOKEN="nope",
            HTTP_PORT="99999",
            LOCALE="fr",
            TIMEZONE="Mars/Base",
            SMS_PROVIDER="twilio",
            SMTP_URL="http://x",
            IMAP_URL="imap://nobody-named",
            DATABASE_URL="mysql://x",
        )
        done = terminal.run("team", "list")
        assert done.code == 1
        named = {line.split()[0] for line in done.err.strip().splitlines()}
        assert named == {
            "SLACK_BOT_TOKEN",
            "HTTP_PORT",
            "LOCALE",
            "TIMEZONE",
            "SMTP_URL",
            "IMAP_URL",
            "DATABASE_URL",
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN",
            "TWILIO_FROM",
        }

    @pytest.mark.parametrize(
        "url", ["imap:/x", "pop://a:b@x", "imaps://:b@x", "imaps://a:b@x:0", "imaps://a:b@x:99999"]
    )
    def test_of_the_mailbox_are_an_address_and_who_reads_it(self, terminal: Terminal, url: str):
        terminal.env(IMAP_URL=url)
        assert terminal.fails("team", "list").startswith("IMAP_URL")

    def test_come_from_a_file_and_the_environment_wins(self, terminal: Terminal):
        terminal.write(".env", "LOCALE=fr\nTIMEZONE=Mars/Base\n")
        terminal.env(TIMEZONE="Europe/Paris")
        assert terminal.fails("team", "list").startswith("LOCALE")

    def test_of_slack_are_needed_to_run(self, terminal: Terminal):
        done = terminal.run("run")
        assert done.code == 1
        assert "SLACK_BOT_TOKEN" in done.err
        assert "SLACK_APP_TOKEN" in done.err


class TestThePlaybook:
    def test_with_faults_names_each(self, terminal: Terminal):
        terminal.write("playbook.toml", '[hours]\ncalling = "9"\n[plan]\nspacing = []\nx = 1\n')
        done = terminal.run("team", "list")
        assert done.code == 1
        lines = done.err.strip().splitlines()
        assert len(lines) == 3
        assert all(line.startswith("playbook.toml: ") for line in lines)

    @pytest.mark.parametrize("content", [b"[", b"\xff\xfe"])
    def test_that_is_not_toml_says_so(self, terminal: Terminal, content: bytes):
        terminal.write("playbook.toml", content)
        assert "playbook.toml is not TOML" in terminal.fails("team", "list")

    def test_of_the_repository_can_be_read_and_is_the_default(self, terminal: Terminal):
        terminal.write("playbook.toml", (ROOT / "playbook.toml").read_bytes())
        assert terminal.run("team", "list").code == 0


class TestTheDatabase:
    def test_of_a_later_version_is_left_alone(self, terminal: Terminal):
        terminal.run("team", "list")
        _sql(terminal, "UPDATE alembic_version SET version_num = '9999'")
        assert "later" in terminal.fails("team", "list")

    def test_that_is_no_database_is_one_line(self, terminal: Terminal):
        terminal.write("x.db", "this is not a database, and it is long enough to look like one")
        terminal.env(DATABASE_URL=f"sqlite:///{terminal.folder}/x.db")
        assert terminal.fails("team", "list")

    def test_whose_folder_can_not_be_is_one_line(self, terminal: Terminal):
        terminal.write("file", "x")
        terminal.env(DATABASE_URL=f"sqlite:///{terminal.folder}/file/x.db")
        assert terminal.fails("team", "list")

    def test_that_does_not_answer_is_one_line_without_its_password(self, terminal: Terminal):
        terminal.env(DATABASE_URL="postgresql+psycopg://me:hunter2@127.0.0.1:1/x")
        assert "hunter2" not in terminal.fails("team", "list")


def _sql(terminal: Terminal, statement: str) -> None:
    connection = sqlite3.connect(terminal.folder / "data" / "leads.db")
    with connection:
        connection.execute(statement)
    connection.close()


class TestTeam:
    def test_is_loaded_changed_and_shown(self, terminal: Terminal):
        assert "Nobody yet" in terminal.run("team", "list").out
        terminal.write("team.toml", TEAM)
        assert terminal.run("team", "load", "team.toml").out == "added 3, changed 0, paused 0\n"
        terminal.write("one.toml", TEAM.split("[[rep]]")[1].join(("[[rep]]", "")))
        done = terminal.run("team", "load", "one.toml", "--replace")
        assert done.out == "added 0, changed 1, paused 2\n"
        shown = terminal.run("team", "list").out
        assert "U01AVI  Avi  rep  paused" in shown

    def test_says_what_stays_as_it_was_changed_in_slack(self, terminal: Terminal):
        terminal.write("team.toml", TEAM)
        terminal.run("team", "load", "team.toml")
        _sql(terminal, f"UPDATE reps SET capacity = 3 WHERE slack_id = '{AVI}'")
        done = terminal.run("team", "load", "team.toml").out
        assert done.splitlines()[1:] == [
            f"as changed in Slack, until the file changes it: Avi ({AVI}): Open leads at once"
        ]

    def test_is_told_in_the_language_of_the_settings(self, terminal: Terminal):
        terminal.env(LOCALE="he")
        terminal.write("team.toml", TEAM)
        assert "עדיין אין איש" in terminal.run("team", "list").out
        told = terminal.run("team", "load", "team.toml").out
        assert told == "נוספו 3, השתנו 0, הושהו 0\n"
        assert "נציג  פעיל" in terminal.run("team", "list").out

    @pytest.mark.parametrize("content", ["[", "", "x = 1", b"\xff"])
    def test_that_cant_be_read_is_said(self, terminal: Terminal, content: str | bytes):
        terminal.write("team.toml", content)
        done = terminal.run("team", "load", "team.toml")
        assert (done.code, "Traceback" in done.err) == (1, False)
        assert "team file" in done.err

    def test_with_faults_names_each(self, terminal: Terminal):
        terminal.write("team.toml", '[[rep]]\nslack_id = "x"\n[[rep]]\nname = "A"\nrole = "boss"\n')
        done = terminal.run("team", "load", "team.toml")
        assert done.code == 1
        for fault in ("rep 1: slack_id", "rep 1: name", "rep 2: role", "rep 2: slack_id"):
            assert fault in done.err

    def test_that_is_not_there_is_said(self, terminal: Terminal):
        assert terminal.fails("team", "load", "none.toml") == "There is no file none.toml."


class TestErase:
    def test_again_is_refused_in_plain_words_and_a_day_that_people_read(self, terminal: Terminal):
        terminal.write("team.toml", TEAM)
        assert terminal.run("team", "load", "team.toml").code == 0
        terminal.write("leads.csv", "name,phone,kind\nDana,052-234-5678,warm\n")
        assert terminal.run("import", "leads.csv").code == 0
        assert terminal.run("erase", "1", "--yes").code == 0
        again = terminal.run("erase", "1", "--yes")
        assert again.code == 1
        assert "The person of #1 was erased" in again.err
        assert "*" not in again.err
        assert "+00:00" not in again.err
        # The days of these two are never the same.
        days = set()
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            terminal.env(TIMEZONE=zone)
            days.add(terminal.run("erase", "1", "--yes").err)
        assert len(days) == 2


class TestImport:
    def test_ends_with_its_sum(self, terminal: Terminal):
        terminal.write("leads.csv", LEADS)
        done = terminal.run("import", "leads.csv", "--rejects", "out.csv")
        assert done.code == 0
        assert done.out == "rows 2 = created 1 + merged 0 + rejected 1\n"
        assert "Nobody" in (terminal.folder / "out.csv").read_text("utf-8")
        again = terminal.run("import", "leads.csv")
        assert again.out == "rows 2 = created 0 + merged 1 + rejected 1\n"

    @pytest.mark.parametrize(
        ("content", "args", "words"),
        [
            ("", ["--kind", "warm"], "leads.csv is empty."),
            ("name,phone\nDana,0522345678\n", [], "Add --kind"),
            (LEADS, ["--kind", "hot"], "--kind must be"),
            (LEADS, ["--cost", "x"], "--cost must be"),
            (LEADS, ["--map", "x"], "--map must look like"),
            (b"PK\x03\x04", ["--kind", "warm"], "CSV"),
        ],
        ids=str,
    )
    def test_that_cant_be_is_one_line(
        self, terminal: Terminal, content: str | bytes, args: list[str], words: str
    ):
        terminal.write("leads.csv", content)
        assert words in terminal.fails("import", "leads.csv", *args)

    def test_into_a_folder_that_is_not_there_is_one_line(self, terminal: Terminal):
        terminal.write("leads.csv", LEADS)
        assert terminal.fails("import", "leads.csv", "--rejects", "none/out.csv")

    def test_speaks_hebrew_where_the_team_does(self, terminal: Terminal):
        terminal.env(LOCALE="he")
        assert "אין קובץ" in terminal.fails("import", "none.csv", "--kind", "warm")

    def test_speaks_hebrew_where_the_file_of_settings_says_so(self, terminal: Terminal):
        terminal.write(".env", "LOCALE=he\n")
        assert "אין קובץ" in terminal.fails("import", "none.csv", "--kind", "warm")


class TestDigest:
    def test_shows_the_last_week(self, terminal: Terminal):
        done = terminal.run("digest")
        assert done.code == 0
        assert "No leads" in done.out

    def test_shows_a_period(self, terminal: Terminal):
        terminal.write("leads.csv", LEADS)
        terminal.run("import", "leads.csv", "--campaign", "March")
        shown = terminal.run("digest", "--since", "2020-01-01").out
        assert "March" in shown
        assert "<" not in shown

    def test_of_no_time_at_all_is_refused(self, terminal: Terminal):
        line = terminal.fails("digest", "--since", "2026-02-01", "--until", "2026-01-01")
        assert "--until" in line

    def test_of_a_day_that_is_none_is_wrong_usage(self, terminal: Terminal):
        assert terminal.run("digest", "--since", "yesterday").code == 2

    @pytest.mark.parametrize(("locale", "said"), [("en", "In line"), ("he", "בתור לערוץ")])
    def test_is_put_in_line_to_be_posted(self, terminal: Terminal, locale: str, said: str):
        terminal.env(LOCALE=locale)
        done = terminal.run("digest", "--post")
        assert (done.code, done.out.startswith(said)) == (0, True)


class TestCheck:
    def test_without_anything_says_what_is_missing(self, terminal: Terminal):
        done = terminal.run("check")
        assert done.code == 1
        lines = done.out.splitlines()
        assert all(line[:7] in {"ok     ", "MISSING", "note   "} for line in lines)
        assert any("SLACK_BOT_TOKEN" in line and line.startswith("MISSING") for line in lines)
        assert any(line.startswith("ok      database") for line in lines)

    def test_notes_that_no_mailbox_is_read(self, terminal: Terminal):
        assert "note    mailbox: IMAP_URL is empty" in terminal.run("check").out

    def test_says_that_the_mailbox_answers(self, terminal: Terminal):
        with (
            Mailbox() as post,
            ImapServer(post, address="sales@example.com", password="secret") as server,
        ):
            terminal.env(IMAP_URL=server.url)
            assert "ok      mailbox: the mailbox answers" in terminal.run("check").out
            terminal.env(IMAP_URL=server.url.replace("secret", "guessed"))
            done = terminal.run("check")
        assert "MISSING mailbox: [AUTHENTICATIONFAILED]" in done.out
        assert "guessed" not in done.out

    def test_says_when_slack_and_mail_do_not_answer(self, terminal: Terminal):
        terminal.env(
            SLACK_BOT_TOKEN="xoxb-1",
            SLACK_APP_TOKEN="xapp-1",
            SLACK_API_URL="http://127.0.0.1:1/api/",
            SMTP_URL="smtp://127.0.0.1:1",
            MAIL_FROM="a@example.com",
            IMAP_URL="imap://a:b@127.0.0.1:1",
        )
        done = terminal.run("check")
        assert done.code == 1
        missing = [line for line in done.out.splitlines() if line.startswith("MISSING")]
        assert {line.split()[1] for line in missing} == {"Slack:", "mail:", "mailbox:"}
        assert "xoxb-1" not in done.out

    def test_says_when_the_playbook_is_broken(self, terminal: Terminal):
        terminal.write("playbook.toml", "[hours]\ncalling = 5\n")
        done = terminal.run("check")
        assert "hours.calling" in done.out
        assert any(line.startswith("ok      database") for line in done.out.splitlines())


class TestTheManifest:
    def test_for_socket_mode_has_no_address(self, terminal: Terminal):
        text = terminal.run("manifest").out
        assert "socket_mode_enabled: true" in text
        assert "url" not in text

    def test_for_http_has_one_address_everywhere(self, terminal: Terminal):
        terminal.env(PUBLIC_URL="https://leads.example.com/desk/")
        text = terminal.run("manifest").out
        assert "socket_mode_enabled: false" in text
        assert text.count('url: "https://leads.example.com/desk/slack/events"') == 3

    @pytest.mark.parametrize("address", ["", "https://leads.example.com"])
    def test_has_the_shape_of_yaml(self, terminal: Terminal, address: str):
        terminal.env(PUBLIC_URL=address)
        lines = terminal.run("manifest").out.splitlines()
        depth = 0
        for line in lines:
            indent = len(line) - len(line.lstrip())
            assert indent % 2 == 0
            assert indent <= depth + 2
            depth = indent + (2 if line.lstrip().startswith("- ") else 0)
            bare = line.strip().removeprefix("- ")
            key, colon, value = bare.partition(": ")
            assert bare.endswith(":") or (colon and key and value) or line.lstrip()[:2] == "- "
            if ": " in value or value.startswith(("*", "&", "#", "|")):
                assert value[0] == value[-1] == '"'
        tops = [line.rstrip(":") for line in lines if not line.startswith(" ")]
        assert tuple(tops) == LIKE_YAML

    @pytest.mark.parametrize("address", ["", "https://leads.example.com"])
    def test_has_a_home_tab_and_hears_when_it_is_opened(self, terminal: Terminal, address: str):
        terminal.env(PUBLIC_URL=address)
        text = terminal.run("manifest").out
        assert "home_tab_enabled: true" in text
        assert "bot_events:\n      - app_home_opened\n" in text

    def test_hears_replies_in_threads_and_lets_people_write(self, terminal: Terminal):
        text = terminal.run("manifest").out
        assert "messages_tab_read_only_enabled: false" in text
        for event in ("channels", "groups", "im"):
            assert f"      - message.{event}\n" in text

    def test_asks_for_no_more_than_is_used(self):
        assert set(SCOPES) == {
            "commands",
            "chat:write",
            "channels:read",
            "channels:join",
            "channels:manage",
            "groups:read",
            "channels:history",
            "groups:history",
            "im:history",
            "users:read",
            "dnd:read",
            "pins:write",
            "files:read",
            "files:write",
        }
