"""The text of `/lead`. Now is Monday 23 November 2026, 10:00 in Jerusalem."""

import contextlib
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.acts import (
    AddLead,
    AddNote,
    Assign,
    Away,
    Back,
    Claim,
    Help,
    LogOutcome,
    Mine,
    NextLead,
    OptOut,
    Pass,
    Refunds,
    Show,
    ShowPlaybook,
    ShowTeam,
    Undo,
    Why,
)
from rules.commands import VERBS, nearest_command, parse_command
from rules.money import Money
from rules.refusals import Refused
from rules.words import Importance, Outcome

ZONE = ZoneInfo("Asia/Jerusalem")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FOUR = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WITHOUT_A_LEAD = {
    "add",
    *("refunds", "claim", "next", "mine", "undo", "help", "digest"),
    *("playbook", "team", "away", "back", "merge"),
}

NOTE_WORD = st.text(
    st.characters(categories=["L", "N", "P", "S", "M"]), min_size=1, max_size=8
).filter(lambda word: word.strip("\"'").casefold() not in {"talk", "שיחה"})
NOTES = st.lists(NOTE_WORD, min_size=1, max_size=6).map(" ".join)
PIECES = (
    "/lead 5 #123 0 99999999999 high low גבוה 16:00 25:99 tomorrow מחר 30m talk 4m 4x שיחה 1,290 "
    "-100 ₪ usd <@U01DANA|dana> @dana U01 אין מענה לא"
)
TEXTS = st.text() | st.lists(
    st.sampled_from([*VERBS, *PIECES.split()]) | st.text(max_size=4), max_size=8
).map(" ".join)


def parse(text):
    return parse_command(text, now=NOW, zone=ZONE, currency="ILS")


def refusal(text):
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value.key, caught.value.params


class TestAVerb:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("noanswer 123", LogOutcome(123, Outcome.NOANSWER)),
            ("busy 123", LogOutcome(123, Outcome.BUSY)),
            ("voicemail 123", LogOutcome(123, Outcome.VOICEMAIL)),
            ("unavailable 123", LogOutcome(123, Outcome.UNAVAILABLE)),
            ("notnow 123", LogOutcome(123, Outcome.NOTNOW)),
            ("lost 123", LogOutcome(123, Outcome.LOST)),
            ("invalid 123", LogOutcome(123, Outcome.INVALID)),
            ("show 123", Show(123)),
            ("why 123", Why(123)),
            ("למה #123", Why(123)),
            ("claim 123", Claim(123)),
            ("claim", Claim(0)),
            ("refunds", Refunds(0)),
            ("refunds #123", Refunds(123)),
            ("זיכויים 123", Refunds(123)),
            ("לקחת 123", Claim(123)),
            ("pass 123", Pass(123)),
            ("pass #123 no time", Pass(123, "no time")),
            ("העברה 123 אין זמן", Pass(123, "אין זמן")),
            ("next", NextLead()),
            ("playbook", ShowPlaybook()),
            ("ספר משחק", ShowPlaybook()),
            ("team", ShowTeam()),
            ("צוות", ShowTeam()),
            ("back", Back()),
            ("חזרתי", Back()),
            ("mine", Mine()),
            ("undo", Undo()),
            ("help", Help()),
            ("", Help()),
            ("  \u200f ", Help()),
            ("/lead", Help()),
        ],
    )
    def test_gives_its_command(self, text, expected):
        assert parse(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "NoAnswer 123",
            "/lead noanswer 123",
            "/LEAD noanswer #123",
            "no answer 123",
            "no-answer 123:",
            "אין מענה 123",
            "אין-מענה #123",
            "אין־מענה 123",
            "לא ענה 123",
            "\u200fאין מענה\u200f \u2068123\u2069",
            "noanswer\u00a0123",
            "noanswer １２３",
            "noanswer 00123",
            "noanswer 123#",
            "`noanswer 123`",
            "noanswer “123”",
        ],
    )
    def test_is_read_however_it_is_typed(self, text):
        assert parse(text) == LogOutcome(123, Outcome.NOANSWER)

    @pytest.mark.parametrize(
        ("alias", "verb"), [(alias, name) for name in VERBS for alias in VERBS[name].aliases]
    )
    def test_has_hebrew_names_that_are_read_as_its_own(self, alias, verb):
        assert parse(f"help {alias}") == Help(verb)
        assert parse(f"עזרה {alias.replace(' ', '-')}") == Help(verb)

    @pytest.mark.parametrize("verb", VERBS)
    def test_reads_its_own_sample(self, verb):
        sample = VERBS[verb].sample.replace("@Dana", "<@U01DANA>")
        assert parse(verb if verb in WITHOUT_A_LEAD else f"{verb} 123 {sample}")


class TestAnUnknownVerb:
    @pytest.mark.parametrize(
        ("text", "word", "nearest"),
        [
            ("noanser 5", "noanser", "noanswer"),
            ("no anser 5", "no", "noanswer"),
            ("sol 5", "sol", "sold"),
            ("hlep", "hlep", "help"),
            ("נמחר 5 100", "נמחר", "sold"),
            ("מםשמד'קר 5", "מםשמד'קר", "noanswer"),
            ("xyzzy", "xyzzy", ""),
            ("help xyzzy", "xyzzy", ""),
            ("123", "123", ""),
        ],
    )
    def test_is_refused_with_the_nearest(self, text, word, nearest):
        assert refusal(text) == ("command.unknown", {"word": word, "nearest": nearest})

    def test_is_echoed_in_short(self):
        assert refusal("x" * 3000)[1]["word"] == "x" * 40

    @given(word=st.text())
    def test_has_a_nearest_that_is_a_verb_or_none(self, word):
        assert nearest_command(word) in {*VERBS, None}

    @pytest.mark.parametrize("verb", VERBS)
    def test_that_is_known_is_its_own_nearest(self, verb):
        assert nearest_command(verb) == verb


class TestAnAbsence:
    @pytest.mark.parametrize("text", ["away", "הפסקה", "יצאתי", "away until"])
    def test_without_a_time_is_open(self, text: str):
        assert parse(text) == Away()

    @pytest.mark.parametrize(
        "text",
        ["away 16:00", "away until 16:00", "AWAY 6h", "הפסקה עד 16:00", "away 16:00 dentist"],
    )
    def test_has_its_end(self, text: str):
        assert parse(text) == Away(FOUR)

    def test_is_not_guessed(self):
        assert refusal("away soon") == ("when.unreadable", {"word": "soon"})

    def test_never_ends_in_the_past(self):
        assert refusal("away today 9:00")[0] == "when.past"


class TestANewLead:
    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("add", AddLead()),
            ("add Dana 054-234-5678", AddLead("Dana 054-234-5678")),
            ("הוסף דנה 054-234-5678", AddLead("דנה 054-234-5678")),
            ("ליד חדש דנה", AddLead("דנה")),
            ("add check Dana", AddLead("Dana", check=True)),
            ("add ? Dana", AddLead("Dana", check=True)),
            ("הוסף בדיקה", AddLead(check=True)),
        ],
    )
    def test_is_its_words_and_whether_to_look_first(self, text: str, command: AddLead):
        assert parse(text) == command


class TestALeadsNumber:
    @pytest.mark.parametrize("verb", sorted({*VERBS} - WITHOUT_A_LEAD))
    def test_is_asked_for_with_an_example(self, verb):
        key, params = refusal(verb)
        assert key == "command.needs_id"
        assert params["verb"] == verb
        assert params["example"].startswith(f"/lead {verb} 123")

    def test_is_asked_for_with_what_follows_it(self):
        assert refusal("followup")[1]["example"] == "/lead followup 123 high 16:00"

    @pytest.mark.parametrize(
        "word", ["abc", "0", "-5", "1.5", "2147483648", "99999999999", "1" * 5000, "#", "5x"]
    )
    def test_is_refused_where_no_lead_can_have_it(self, word):
        expected = {"verb": "show", "word": word[:40]}
        assert refusal(f"show {word}") == ("command.bad_id", expected)

    def test_goes_up_to_what_the_tables_hold(self):
        assert parse("show 2147483647") == Show(2147483647)


class TestAFollowUp:
    @pytest.mark.parametrize(
        "text",
        [
            "followup 5 high 16:00 wants blue",
            "followup 5 H 4pm wants blue",
            "follow up 5 high today 16:00 wants blue",
            "פולואפ 5 גבוהה 16:00 wants blue",
            "המשך 5 גבוה היום 16:00 wants blue",
        ],
    )
    def test_has_importance_moment_and_note(self, text):
        assert parse(text) == LogOutcome(
            5, Outcome.FOLLOWUP, FOUR, Importance.HIGH, note="wants blue"
        )

    @pytest.mark.parametrize("word", ["low", "l", "LOW", "נמוך", "נמוכה"])
    def test_may_be_of_low_importance(self, word):
        assert parse(f"followup 5 {word} 16:00").importance is Importance.LOW

    @pytest.mark.parametrize(
        ("text", "key", "params"),
        [
            ("followup 5", "followup.needs_importance", {"lead_id": 5}),
            ("followup 5 16:00", "followup.needs_importance", {"lead_id": 5}),
            ("followup 5 high", "followup.needs_when", {"lead_id": 5}),
            ("followup 5 high talk 4m", "followup.needs_when", {"lead_id": 5}),
            ("followup 5 high soon", "when.unreadable", {"word": "soon"}),
            ("followup 5 high ב 9:30", "when.unreadable", {"word": "ב"}),
            ("followup 5 high 2030-01-01", "when.unreadable", {"word": "2030-01-01"}),
            ("followup 5 high 99999999m", "when.unreadable", {"word": "99999999m"}),
        ],
    )
    def test_is_refused_where_a_part_is_missing(self, text, key, params):
        assert refusal(text) == (key, params)

    def test_is_refused_in_the_past_with_the_moment(self):
        when = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
        assert refusal("followup 5 high today 9:00") == ("when.past", {"when": when})

    def test_is_refused_at_this_very_moment(self):
        assert refusal("followup 5 high today 10:00") == ("when.past", {"when": NOW})
        assert refusal("followup 5 high 22/11 10:00")[0] == "when.past"

    def test_may_lie_three_years_ahead(self):
        assert parse("followup 5 high 2029-11-23").when > NOW + timedelta(days=3 * 365)


class TestNotNow:
    @pytest.mark.parametrize(
        ("text", "when", "note"),
        [
            ("notnow 5", None, ""),
            ("notnow 5 in a meeting", None, "in a meeting"),
            ("notnow 5 sat with a client", None, "sat with a client"),
            ("notnow 5 24/7 busy", None, "24/7 busy"),
            ("notnow 5 16:00", FOUR, ""),
            ("notnow 5 16:00 in a meeting", FOUR, "in a meeting"),
            ("לא עכשיו 5 היום 16:00 בפגישה", FOUR, "בפגישה"),
            ("לא כרגע 5 ב-16:00", FOUR, ""),
        ],
    )
    def test_may_have_a_moment_and_a_note(self, text, when, note):
        assert parse(text) == LogOutcome(5, Outcome.NOTNOW, when=when, note=note)

    @pytest.mark.parametrize(
        ("text", "word"), [("25:00", "25:00"), ("31/2 14:00", "31/2"), ("9:75 x", "9:75")]
    )
    def test_refuses_what_was_meant_as_a_moment(self, text, word):
        assert refusal(f"notnow 5 {text}") == ("when.unreadable", {"word": word})

    def test_refuses_the_past(self):
        assert refusal("notnow 5 today 9:00")[0] == "when.past"


class TestASale:
    @pytest.mark.parametrize(
        ("text", "minor", "currency", "note"),
        [
            ("1290", 129000, "ILS", ""),
            ("1,290.50 gift wrap", 129050, "ILS", "gift wrap"),
            ("₪1290 gift", 129000, "ILS", "gift"),
            ("1290 usd gift", 129000, "USD", "gift"),
            ("1290 ש״ח במתנה", 129000, "ILS", "במתנה"),
            ("1290 the blue one", 129000, "ILS", "the blue one"),
            ("-100 ₪ refund", -10000, "ILS", "refund"),
        ],
    )
    def test_has_an_amount_and_a_note(self, text, minor, currency, note):
        expected = LogOutcome(5, Outcome.SOLD, amount=Money(minor, currency), note=note)
        assert parse(f"sold 5 {text}") == expected
        assert parse(f"נמכר 5 {text}") == expected

    def test_asks_for_its_amount(self):
        assert refusal("sold 5") == ("sold.needs_amount", {"lead_id": 5})

    @pytest.mark.parametrize("word", ["0", "abc", "1.290,50", "-0.00", "1e5"])
    def test_refuses_a_bad_amount(self, word):
        assert refusal(f"sold 5 {word} x") == ("sold.bad_amount", {"word": word})


class TestAReason:
    @pytest.mark.parametrize("verb", ["lost", "invalid"])
    def test_is_all_that_follows(self, verb):
        said = parse(f"{verb} 5 too  dear")
        assert said == LogOutcome(5, Outcome(verb), reason="too dear")


class TestTalkTime:
    @pytest.mark.parametrize(
        ("text", "seconds", "note"),
        [
            ("talk 4m", 240, ""),
            ("nice man talk 4m call him", 240, "nice man call him"),
            ("Talk 90s ok", 90, "ok"),
            ("talk 1h 5m ok", 3900, "ok"),
            ("שיחה 4 דק׳ נחמד", 240, "נחמד"),
            ("שיחה 4 דקות", 240, ""),
            ("we should talk tomorrow", None, "we should talk tomorrow"),
            ("to talk 16:00 maybe", None, "to talk 16:00 maybe"),
            ("to talk 4pm", None, "to talk 4pm"),
            ("talk 2 managers", None, "talk 2 managers"),
            ("talk", None, "talk"),
            ("let us talk then talk 4m", 240, "let us talk then"),
        ],
    )
    def test_is_cut_out_of_the_note(self, text, seconds, note):
        expected = LogOutcome(5, Outcome.BUSY, note=note, talk_seconds=seconds)
        assert parse(f"busy 5 {text}") == expected

    @pytest.mark.parametrize(
        "command", ["followup 5 high talk 4m 16:00", "followup 5 high 16:00 talk 4m"]
    )
    def test_may_stand_anywhere_after_the_number(self, command):
        said = parse(command)
        assert (said.talk_seconds, said.when, said.note) == (240, FOUR, "")

    def test_goes_with_a_sale_and_a_loss(self):
        assert parse("sold 5 100 talk 4m").talk_seconds == 240
        assert parse("lost 5 talk 4m dear") == LogOutcome(
            5, Outcome.LOST, reason="dear", talk_seconds=240
        )

    @pytest.mark.parametrize("word", ["4", "4x", "25h", "99999m"])
    def test_is_refused_where_it_was_meant_and_not_readable(self, word):
        assert refusal(f"busy 5 talk {word}") == ("talk.unreadable", {"word": word})


class TestANote:
    def test_needs_text(self):
        assert refusal("note 5") == ("note.needs_text", {"lead_id": 5})

    def test_is_kept_as_typed(self):
        text = "“Dana”: likes ש״ח, talk 4m • 👩\u200d🦰 ok?"
        assert parse(f"note 5 {text}") == AddNote(5, text)

    def test_loses_what_no_table_can_hold(self):
        assert parse("note 5 a\x00b\ud800c") == AddNote(5, "abc")

    @given(note=NOTES)
    def test_survives_every_verb_that_takes_one(self, note):
        kept = " ".join(unicodedata.normalize("NFC", note).split())
        assert parse(f"busy 5 {note}").note == kept
        assert parse(f"lost 5 {note}").reason == kept
        assert parse(f"note 5 {note}").text == kept
        assert parse(f"followup 5 high 2026-12-25 14:00 {note}").note == kept


class TestAnAssignment:
    @pytest.mark.parametrize(
        "word", ["<@U01DANA|dana>", "<@U01DANA>", "U01DANA", "@U01DANA", "\u2068<@U01DANA>\u2069"]
    )
    def test_names_its_rep_as_slack_does(self, word):
        assert parse(f"assign 5 {word}") == Assign(5, "U01DANA")
        assert parse(f"שיוך 5 {word} please") == Assign(5, "U01DANA", "please")

    @pytest.mark.parametrize("word", ["", "@dana", "dana", "<#C01>", "<@>", "@U"])
    def test_is_refused_where_the_rep_cannot_be_told(self, word):
        assert refusal(f"assign 5 {word}") == ("assign.needs_rep", {"lead_id": 5})


class TestAnOptOut:
    @pytest.mark.parametrize(
        ("text", "channels"),
        [
            ("", ("sms", "email", "calls")),
            ("all", ("sms", "email", "calls")),
            ("sms", ("sms",)),
            ("EMAIL", ("email",)),
            ("mail", ("email",)),
            ("calls", ("calls",)),
            ("phone", ("calls",)),
            ("calls sms", ("sms", "calls")),
            ("calls, sms, calls", ("sms", "calls")),
            ("הכל", ("sms", "email", "calls")),
            ("מסרונים", ("sms",)),
            ("מייל שיחות", ("email", "calls")),
            ("סמס all", ("sms", "email", "calls")),
        ],
    )
    def test_names_its_channels_or_means_all(self, text, channels):
        assert parse(f"optout 5 {text}") == OptOut(5, channels)
        assert parse(f"הסרה 5 {text}") == OptOut(5, channels)

    @pytest.mark.parametrize("text", ["fax", "sms fax", "fax sms", "please"])
    def test_is_refused_where_a_channel_is_not_known(self, text):
        word = next(one for one in text.split() if one != "sms")
        assert refusal(f"optout 5 {text}") == ("optout.unknown", {"word": word, "lead_id": 5})

    def test_gives_channels_once_and_always_in_one_order(self):
        assert parse("optout 5 email sms email").channels == ("sms", "email")


class TestHelp:
    def test_explains_one_verb_by_any_of_its_names(self):
        assert parse("help sold") == parse("עזרה נמכר") == parse("help SOLD please") == Help("sold")


@given(text=TEXTS)
def test_any_text_gives_a_command_or_a_refusal(text):
    with contextlib.suppress(Refused):
        parse(text)
