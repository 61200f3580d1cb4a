"""`/lead` through the door: text in, one private answer out (contract: `/lead` in Slack)."""

import ast
import itertools
import string
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.texts import FSI, LOCALES, Words, load
from bot.views.blocks import Message
from handlers.commands import answer_command
from handlers.errors import reply_to
from rules.commands import VERBS
from rules.refusals import Refused
from rules.words import Outcome
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of

ROOT = Path(__file__).parents[2]
GUEST = "U01GUEST"
TYPED = {
    "add": "add Dana 052-234-5678",
    "noanswer": "noanswer 1",
    "busy": "busy #1",
    "voicemail": "VoiceMail 1 left a message",
    "followup": "followup 1 high 16:00 wants blue",
    "notnow": "notnow 1 16:00",
    "sold": "sold 1 1,290",
    "lost": "lost 1 too dear",
    "invalid": "invalid 1 dead",
    "unavailable": "unavailable 1",
    "note": "note 1 wants blue",
    "phone": "phone 1 054-345-6789",
    "show": "show 1",
    "why": "why 1",
    "next": "next",
    "mine": "mine",
    "assign": f"assign 1 <@{MIRI}|miri>",
    "claim": "claim 1",
    "pass": "pass 1 no time",
    "optout": "optout 1 sms",
    "stage": "stage 1 sql wants two",
    "merge": "merge 1 2",
    "unmerge": "unmerge 1",
    "playbook": "playbook",
    "digest": "digest",
    "refunds": "refunds",
    "export": "export 1",
    "team": "team",
    "away": "away 16:00",
    "back": "back",
    "undo": "undo",
    "help": "help",
}
_triggers = itertools.count()


def say(room: Room, who: str, text: str, *, trigger: str = "") -> Message:
    """Type `/lead text`; the answer is checked as Slack would."""
    body = {
        "command": "/lead",
        "text": text,
        "user_id": who,
        "channel_id": "C1",
        "trigger_id": trigger or f"t{next(_triggers)}",
        "response_url": "http://127.0.0.1/r",
    }
    said = answer_command(room.desk, body)
    assert faults_of(said) == []
    return said


class TestEveryVerb:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("owner", [NOA, AVI])
    def test_is_answered_in_each_language(self, tmp_path, clock: FakeClock, verb: str, owner: str):
        team = "\n".join(
            f'[[rep]]\nslack_id = "{one}"\nname = "x"\nrole = "{role}"\nlocale = "{locale}"'
            for one, role, locale in (
                (owner, "rep", "he" if owner == NOA else "en"),
                (MIRI, "manager", "en"),
            )
        )
        with a_desk(tmp_path, clock, team=team) as room:
            room.lead()
            if verb == "undo":
                say(room, owner, "busy 1")
            said = say(room, owner, TYPED[verb])
            about_none = {"next", "mine", "digest", "playbook", "refunds", "team", "away", "back"}
            if verb in {*about_none, "help"}:
                assert said.text
            else:
                assert "#1" in said.text
            assert room.load(1).attempts == (1 if verb in set(Outcome) else 0)
            room.deliver()

    @pytest.mark.parametrize("verb", VERBS)
    def test_by_its_hebrew_names_does_the_same(self, room: Room, verb: str):
        owner = room.lead().owner
        for alias in VERBS[verb].aliases:
            if verb in {"undo", "assign"}:
                continue
            said = say(room, owner, TYPED[verb].lower().replace(verb, alias, 1))
            assert not said.text.startswith(("I don't know", "לא הבנתי"))
            room.clock.forward(minutes=1)
            if verb in {"sold", "lost"}:
                say(room, owner, "undo")

    def test_has_a_line_of_help_in_each_language(self):
        for locale, verb in itertools.product(LOCALES, VERBS):
            assert f"help.{verb}" in load(locale)


class TestAnAnswer:
    def test_to_nothing_is_help(self, room: Room):
        assert say(room, AVI, "") == say(room, AVI, "help") == say(room, AVI, "  ")

    def test_to_help_on_one_command_is_about_it(self, room: Room):
        said = say(room, AVI, "help followup")
        assert "/lead followup" in said.text
        assert "/lead sold" not in said.text

    def test_to_no_answer_says_what_happens_next_and_how_to_undo(self, room: Room):
        room.lead()
        said = say(room, MIRI, "noanswer 1")
        top, on_the_way, following = said.text.split("\n")
        assert top == "No answer, missed call 1: *#1 Dana Cohen*"
        words = Words("en", room.desk.settings.zone)
        left = words.counted_down(room.clock.now + timedelta(seconds=30))
        assert on_the_way == f"SMS and email leave at {left}. Undo works until then."
        assert following == "Attempt 2: in 30 min."
        assert said.blocks[-1]["elements"][0]["action_id"] == "undo"

    @pytest.mark.parametrize(
        ("who", "said"),
        [(AVI, "The email leaves at <!date^"), (NOA, f"ההודעה (מייל) יוצאת ב־{FSI}<!date^")],
        ids=["en", "he"],
    )
    def test_speaks_of_one_message_as_one(self, room: Room, who: str, said: str):
        lead = room.lead()
        if lead.owner != who:
            say(room, MIRI, f"assign 1 <@{who}>")
        assert said in say(room, who, "invalid 1").text

    def test_in_quiet_hours_says_when_messages_leave(self, room: Room):
        room.lead()
        room.clock.set(2026, 11, 15, 20, 0)
        assert "tomorrow 08:00" in say(room, MIRI, "noanswer 1").text

    def test_in_hebrew_is_hebrew(self, tmp_path, clock: FakeClock):
        team = f'[[rep]]\nslack_id = "{NOA}"\nname = "Noa"\nlocale = "he"'
        with a_desk(tmp_path, clock, team=team) as room:
            room.lead()
            said = say(room, NOA, "אין מענה 1")
            assert "אין מענה" in said.text
            assert "בעוד 30 דק׳" in said.text

    def test_to_the_same_twice_says_that_it_counts_once(self, room: Room):
        room.lead()
        say(room, MIRI, "busy 1")
        assert "counts once" in say(room, MIRI, "busy 1").text

    def test_delivered_again_does_nothing_again(self, room: Room):
        room.lead()
        say(room, MIRI, "busy 1", trigger="x")
        room.clock.forward(minutes=10)
        assert "counts once" in say(room, MIRI, "busy 1", trigger="x").text
        assert room.load(1).attempts == 1

    def test_of_next_holds_the_card(self, room: Room):
        lead = room.lead()
        said = say(room, lead.owner, "next")
        assert "052-234-5678" in said.text

    def test_of_show_is_full_for_the_owner_and_masked_for_others(self, room: Room):
        lead = room.lead()
        assert "052-234-5678" in say(room, lead.owner, "show 1").text
        assert "052-234-5678" in say(room, MIRI, "show 1").text
        other = say(room, room.other(lead), "show 1")
        assert "234" not in other.text
        assert "dana@" not in other.text

    def test_reads_what_slack_escaped(self, room: Room):
        room.lead()
        say(room, MIRI, "note 1 a &lt;b&gt; &amp; c")
        assert "a &lt;b&gt; &amp; c" in str(say(room, MIRI, "show 1").blocks)

    def test_of_a_person_with_a_clock_elsewhere_is_in_their_time(self, room: Room):
        room.load_team(
            f'[[rep]]\nslack_id = "{MIRI}"\nname = "M"\nrole = "manager"\n'
            'timezone = "America/New_York"'
        )
        room.lead()
        say(room, MIRI, "followup 1 low 16:00")
        agreed = room.followup(1)
        assert agreed
        assert agreed.due_at.isoformat() == "2026-11-15T21:00:00+00:00"


class TestAnOutsider:
    def test_gets_help(self, room: Room):
        assert "/lead noanswer" in say(room, GUEST, "help").text
        assert "/lead noanswer" in say(room, GUEST, "").text

    @pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "help"])
    def test_gets_nothing_else(self, room: Room, verb: str):
        room.lead()
        said = say(room, GUEST, TYPED[verb])
        assert "not in the sales team" in said.text
        assert "Dana" not in said.text
        assert room.load(1).attempts == 0

    def test_of_the_past_gets_nothing_else(self, room: Room):
        room.lead()
        left = f'[[rep]]\nslack_id = "{MIRI}"\nname = "x"\nrole = "manager"'
        room.load_team(left, replace=True)
        assert "not in the sales team" in say(room, AVI, "show 1").text


class TestAMistake:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("noanswr 1", "Did you mean `/lead noanswer`"),
            ("qwxyz", "I don't know"),
            ("<!channel> 1", "&lt;!channel&gt;"),
            ("noanswer", "`/lead noanswer 123`"),
            ("noanswer x", "not a lead's number"),
            ("noanswer 99", "Did you mean *#1 Dana Cohen*"),
            ("followup 1", "high"),
            ("followup 1 high", "When do you speak again"),
            ("followup 1 high someday", "can't read"),
            ("followup 1 high 1/1/2020 10:00", "has passed"),
            ("sold 1", "For how much"),
            ("sold 1 much", "as an amount"),
            ("sold 1 -5", "nothing to refund"),
            ("assign 1", "choose the name"),
            ("assign 1 @nobody", "choose the name"),
            (f"assign 1 <@{GUEST}>", "not in the team"),
            (f"assign 1 <@{AVI}>", "theirs already"),
            ("note 1", "What did you learn"),
            ("busy 1 talk 5x", "as talk time"),
            ("undo", "nothing of yours"),
        ],
    )
    def test_is_answered_with_what_to_write(
        self, tmp_path, clock: FakeClock, text: str, words: str
    ):
        team = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\nlocale = "en"'
        with a_desk(tmp_path, clock, team=team) as room:
            room.lead()
            assert words in say(room, AVI, text).text

    def test_about_anothers_lead_names_who_has_it(self, room: Room):
        lead = room.lead()
        assert f"<@{lead.owner}>" in say(room, room.other(lead), "busy 1").text

    def test_to_give_a_lead_to_who_is_away_names_them(self, room: Room):
        lead = room.lead()
        other = room.other(lead)
        say(room, other, "away")
        said = say(room, lead.owner, f"assign 1 <@{other}>").text
        assert said.startswith(f"<@{other}> is away")

    def test_about_a_closed_lead_of_nobody_promises_no_call(self, room: Room):
        lead = room.lead()
        say(room, room.other(lead), "away")
        say(room, lead.owner, "pass 1 out of town")
        say(room, MIRI, "stage 1 disqualified fake")
        said = say(room, lead.owner, "noanswer 1").text
        assert "is closed: disqualified" in said
        assert "/lead next" not in said

    def test_of_the_program_itself_gets_a_mark_and_tells_nothing(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        def explode(*_: object, **__: object) -> None:
            raise RuntimeError("Dana 052-234-5678")

        monkeypatch.setattr("bot.calls.log_outcome", explode)
        room.lead()
        said = say(room, AVI, "busy 1")
        mark = said.text.rstrip(".").rpartition(" ")[2]
        assert mark in caplog.text
        assert "Dana" not in said.text + caplog.text


@cache
def raised() -> dict[str, set[str]]:
    """Give every refusal raised anywhere in the source, with the parameters of all its raises."""
    found: dict[str, set[str]] = {}
    for room in ("bot", "handlers", "rules", "storage"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"):
                    continue
                for key in _literals(node.args[0]):
                    given = {one.arg for one in node.keywords if one.arg}
                    found[key] = found.get(key, given) & given
    return found


_NAMED = {
    "whose": ["lead.of_another", "lead.of_nobody"],
    "why_not": ["followup.put_off", "followup.newer", "followup.not_due", "followup.snoozed_out"],
}


def _literals(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*_literals(node.body), *_literals(node.orelse)]
    # A name: its values stand in the text of its function.
    return _NAMED.get(node.id, []) if isinstance(node, ast.Name) else []


class TestEveryRefusal:
    def test_is_found(self):
        assert len(raised()) > 25

    @pytest.mark.parametrize("locale", LOCALES)
    def test_has_a_text_that_its_parameters_fill(self, locale: str, room: Room):
        examples = {"owner": AVI, "stage": "lost", "when": room.clock.now, "lead_id": 1}
        words, texts = Words(locale, room.desk.settings.zone), load(locale)
        for key, names in raised().items():
            given = {name: examples.get(name, "x") for name in names}
            said = reply_to(Refused(key, **given), words)
            assert faults_of(said) == [], key
            assert "{" not in said.text, key
            asked = {name for _, name, _, _ in string.Formatter().parse(texts[f"refusal.{key}"])}
            made = {"who"} if "owner" in given else set()
            assert {name for name in asked if name} <= names | made, key

    def test_that_names_the_nearest_command_has_its_own_text(self, room: Room):
        words = Words("en", room.desk.settings.zone)
        said = reply_to(Refused("command.unknown", word="noanser", nearest="noanswer"), words)
        assert "noanswer" in said.text
