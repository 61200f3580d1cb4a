"""What people read: who sees a number, each person's language, nothing that Slack would obey."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import assign, leads
from bot.mails import mail_of
from bot.messages import sms_of
from bot.mine import my_leads
from bot.next import next_lead
from bot.orders import Mail, SlackPost, SlackUpdate, Sms
from bot.readers import reader
from bot.texts import FSI, MARKS, PDI, Words
from bot.views import card as cards
from bot.views import modals, replies
from bot.views.blocks import Message
from bot.views.card import card
from rules.acts import LogOutcome
from rules.commands import VERBS, parse_command
from rules.lead import Lead
from rules.money import Money
from rules.sending import SendEmail, SendSms
from rules.words import Importance, Kind, Layer, Outcome
from sandbox.blockkit import check_view
from tests.desk import (
    AVI,
    BOOK,
    DANA,
    MIRI,
    NOA,
    FakeClock,
    Room,
    a_desk,
    faults_of,
    payload,
)

NASTY = [
    "<!channel>",
    "<@U01AVI>",
    "*x* & <http://a.example|b>",
    "<https://evil.example>",
    "N" * 1000,
    "&lt;!channel&gt;",
    "ז'קלין",
    'צה"ל',
    "<!here|x> דנה",
    "`code` _x_ ~y~",
    "{lead} {0} %s",
    "\u2066\u2067<#C01>",
]


def everything(room: Room) -> list[Message]:
    """Give every Slack message that ever left."""
    return [one.message for one in room.outside.of(SlackPost) + room.outside.of(SlackUpdate)]


def live_through_it_all(room: Room, **fields: str) -> None:
    """Let a lead see every kind of message."""
    lead = room.lead(**fields)
    room.deliver()
    room.log(1, "noanswer", note=fields.get("note", ""))
    room.tick(minutes=1)
    due = room.clock.now + timedelta(minutes=1)
    room.log(1, "followup", when=due, importance=Importance.HIGH, note=fields.get("note", ""))
    room.tick(minutes=1)
    room.tick(minutes=10)
    assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
    room.tick(minutes=10)
    room.tick(minutes=10)
    room.tick(minutes=10)
    room.log(1, "sold", amount=Money(129000, "ILS"), note=fields.get("note", ""))
    room.tick(minutes=1)


class TestTheChannel:
    def test_never_sees_a_number_or_an_address(self, room: Room):
        live_through_it_all(room, note="the customer said hello")
        sent = [one for one in room.outside.of(SlackPost) if one.to == "leads"]
        changed = [one for one in room.outside.of(SlackUpdate) if one.channel == "leads"]
        in_thread = [one for one in sent if one.thread]
        assert len(changed) > 3
        assert len(in_thread) > 1
        for one in [*sent, *changed]:
            shown = payload(one.message)
            for secret in ("5678", "2345678", "234-5678", "dana@", "hello"):
                assert secret not in shown
            assert ("052-•••-••78" in shown) == (one not in in_thread)

    @pytest.mark.parametrize("phone", ["052-234", "03-555-1234", "+1 212 555 2368", "12345678901"])
    def test_masks_any_number(self, room: Room, phone: str):
        room.lead(phone=phone)
        room.deliver()
        shown = payload(room.outside.channel()[0])
        digits = "".join(char for char in phone if char.isdigit())
        assert phone not in shown
        assert digits[-6:] not in "".join(char for char in shown if char.isdigit())

    def test_is_in_the_teams_language(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, LOCALE="he") as room:
            room.lead()
            room.deliver()
            assert "ליד חם" in room.outside.channel()[0].text

    def test_has_the_contracts_buttons(self, room: Room):
        room.lead()
        room.deliver()
        [*_, actions] = room.outside.channel()[0].blocks
        labels = [one["text"]["text"] for one in actions["elements"]]
        assert labels == ["No answer", "Talked", "Sold", "Assign", "More", "Show"]

    def test_keeps_assign_on_a_closed_lead(self, room: Room):
        room.lead()
        room.log(1, "lost")
        room.deliver()
        [*_, actions] = room.outside.channel()[0].blocks
        assert [one["text"]["text"] for one in actions["elements"]] == ["Assign", "More", "Show"]


class TestALeadThatCameBack:
    @pytest.mark.parametrize(("hours", "said"), [(2, "call now"), (13, "call <!date")])
    def test_is_not_shown_as_late_but_to_be_called(self, room: Room, hours: int, said: str):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(days=1, hours=hours)
        room.receive(**DANA, campaign="again")
        room.deliver()
        shown = room.outside.channel()[0].text
        assert "Came back" in shown
        assert said in shown
        assert "Attempt 2" not in shown

    def test_is_handed_out_as_one_that_came_back(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        room.clock.forward(days=1)
        room.receive(**DANA, campaign="again")
        room.clock.forward(minutes=4)
        words = Words("en", ZoneInfo("Asia/Jerusalem"))
        said = replies.handed(next_lead(room.desk, by=lead.owner), words)
        assert "came back 4 min ago" in said

    def test_is_called_an_attempt_again_after_the_next_call(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(hours=1)
        room.receive(**DANA, campaign="again")
        room.clock.forward(minutes=5)
        room.log(1, "noanswer")
        room.deliver()
        assert "Attempt 3" in room.outside.channel()[0].text


class TestAMomentOnAStandingCard:
    def test_is_left_to_slack_so_that_today_does_not_grow_old(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.deliver()
        shown = room.outside.channel()[0].text
        due = room.load(1).next_at
        assert due is not None
        assert "today" not in shown
        assert f"Attempt 2: <!date^{int(due.timestamp())}^{{date_short_pretty}} {{time}}|" in shown

    def test_is_told_in_full_where_tokens_are_not_read(self):
        moment = datetime(2026, 12, 3, 14, tzinfo=UTC)
        zone = ZoneInfo("Asia/Jerusalem")
        assert Words("en", zone).standing(moment).endswith("|Thursday 3 December 2026 16:00>")
        hebrew = Words("he", zone).standing(moment)
        assert (hebrew[0], hebrew[-1]) == (FSI, PDI)
        assert FSI not in hebrew[1:-1]


class TestASpan:
    @pytest.mark.parametrize(
        ("seconds", "english", "hebrew"),
        [
            (89, "89 sec", "89 שנ׳"),
            (90, "2 min", "2 דק׳"),
            (89 * 60, "89 min", "89 דק׳"),
            (90 * 60, "1 h 30 min", "1 שע׳ ו־30 דק׳"),
            (15 * 3600, "15 hours", "15 שעות"),
            (23 * 3600 + 13 * 60, "23 h 13 min", "23 שע׳ ו־13 דק׳"),
            (48 * 3600, "2 days", "2 ימים"),
        ],
    )
    def test_is_never_written_like_an_hour_of_the_day(
        self, seconds: int, english: str, hebrew: str
    ):
        zone = ZoneInfo("Asia/Jerusalem")
        assert Words("en", zone).duration(seconds) == english
        assert Words("he", zone).duration(seconds) == hebrew


class TestAFirstCallOutsideHours:
    def test_is_promised_for_when_its_clock_begins(self, tmp_path, clock: FakeClock):
        hours = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\nhours = "Fri 09:00-13:00"'
        with a_desk(tmp_path, clock, team=hours) as room:
            room.lead()
            room.deliver()
            [card] = room.outside.channel()
            assert "First call <!date^" in card.text
            assert "|Friday 20 November 2026 09:00> · came <!date^" in card.text
            room.clock.set(2026, 11, 20, 7, 0)
            with room.desk.store.view() as view:
                known = leads.shown(room.desk, view, room.load(1), full=False)
            words = Words("en", room.desk.settings.zone)
            assert "First call within 5 min" in cards.card(known, words, BOOK, private=False).text


class TestAMomentInFull:
    NOW = datetime(2026, 11, 15, 8, tzinfo=UTC)
    SOON, FAR = (datetime(year, 12, 3, 14, tzinfo=UTC) for year in (2026, 2027))

    @pytest.mark.parametrize(
        ("locale", "soon", "far"),
        [
            ("en", "Thursday 3 December 16:00", "Friday 3 December 2027 16:00"),
            ("he", "יום חמישי 3 בדצמבר 16:00", "יום שישי 3 בדצמבר 2027 16:00"),
        ],
    )
    def test_has_its_year_where_that_is_not_this_one(self, locale: str, soon: str, far: str):
        words = Words(locale, ZoneInfo("Asia/Jerusalem"))
        for moment, text in ((self.SOON, soon), (self.FAR, far)):
            found = words.in_full(moment, now=self.NOW).replace(FSI, "").replace(PDI, "")
            assert found == text
        assert "2026" in words.in_full(self.SOON)

    def test_goes_by_the_readers_year(self):
        words = Words("en", ZoneInfo("Asia/Jerusalem"))
        night = datetime(2026, 12, 31, 23, tzinfo=UTC)
        assert "2027" in words.in_full(night, now=self.NOW)
        assert "2027" not in words.in_full(night, now=night)

    def test_beside_now_has_its_year_too(self):
        words = Words("en", ZoneInfo("Asia/Jerusalem"))
        assert words.when(self.SOON, now=self.NOW) == "Thu, Dec 3 16:00"
        january = datetime(2027, 1, 5, 14, tzinfo=UTC)
        assert words.when(january, now=self.NOW) == "Tue, Jan 5, 2027 16:00"


class TestTheOwner:
    def card(self, room: Room, **fields: str) -> str:
        lead = room.lead(**fields)
        room.deliver()
        return room.outside.dms(lead.owner)[0].text

    @pytest.fixture
    def english(self, tmp_path, clock: FakeClock) -> Iterator[Room]:
        team = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\nlocale = "en"'
        with a_desk(tmp_path, clock, team=team) as room:
            yield room

    def test_sees_all_of_it(self, english: Room):
        shown = self.card(english, note="asked for the price")
        assert "052-234-5678" in shown
        assert "dana@example.com" in shown
        assert "asked for the price" in shown

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"kind": "warm"}, "competitors"),
            ({"kind": "cold"}, "expects no call"),
            ({"kind": "incoming"}, "say why they call"),
            ({"kind": "referral", "referrer": "Rina"}, "Rina asked me to call you"),
            ({"kind": "referral", "referrer": "Rina"}, "One mention is enough"),
            ({"kind": "referral", "referrer": "Rina", "referrer_close": "yes"}, "name Rina again"),
            ({"kind": "referral", "referrer": "Rina", "direction": "incoming"}, "through Rina"),
            ({"kind": "cold"}, "No consent to SMS and email"),
            ({"consent": "sms"}, "No consent to email"),
            ({"phone": "03-555-9876"}, "A landline, so no SMS"),
            ({"phone": "03-555-9876"}, "call me back: 03-555-1234"),
        ],
        ids=str,
    )
    def test_is_told_what_helps_in_the_call(
        self, english: Room, fields: dict[str, str], words: str
    ):
        assert words in self.card(english, **fields)

    def test_of_before_sees_only_the_masked_card(self, room: Room):
        lead = room.lead()
        room.deliver()
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        room.deliver()
        [old] = room.outside.dms(lead.owner)
        assert "5678" not in payload(old)
        assert "dana@" not in payload(old)
        assert "actions" not in [block["type"] for block in old.blocks]

    def test_of_anothers_lead_sees_it_masked(self, room: Room):
        lead = room.lead()
        known = leads.show(room.desk, 1, by=room.other(lead))
        shown = card(known, Words("en", room.desk.settings.zone), BOOK, private=True)
        assert not known.full
        assert "5678" not in payload(shown)
        assert "dana@" not in payload(shown)

    @pytest.mark.parametrize("by", [MIRI])
    def test_who_manages_sees_all(self, room: Room, by: str):
        room.lead()
        assert leads.show(room.desk, 1, by=by).full


class TestALineWithANameOfTheOtherScript:
    @pytest.mark.parametrize(("locale", "name"), [("en", "אורית מזרחי"), ("he", "Dana Cohen")])
    def test_runs_the_readers_way_from_its_first_mark_on(self, locale: str, name: str):
        words = Words(locale, ZoneInfo("Asia/Jerusalem"))
        shown = cards.title(Lead(id=7, kind=Kind.WARM, name=name), words)
        assert shown == f"{MARKS[locale]}#7 {FSI}{name}{PDI}"

    def test_needs_no_mark_where_all_runs_one_way(self):
        words = Words("en", ZoneInfo("Asia/Jerusalem"))
        assert cards.title(Lead(id=7, kind=Kind.WARM, name="Dana Cohen"), words) == "#7 Dana Cohen"


class TestACommandInHebrew:
    def test_shows_its_words_in_the_order_in_which_they_are_typed(self):
        words = Words("he", ZoneInfo("Asia/Jerusalem"))
        assert f"`/lead אין מענה{MARKS['en']} 123`" in words.say("help.noanswer")

    def test_is_understood_as_it_is_copied(self):
        typed = f"אין מענה{MARKS['en']} 123"
        known = parse_command(
            typed, now=datetime.now(UTC), zone=ZoneInfo("Asia/Jerusalem"), currency="ILS"
        )
        assert known == LogOutcome(123, Outcome.NOANSWER)


class TestEachLanguage:
    def test_is_each_persons_own(self, room: Room):
        for number in range(2):
            room.lead(phone=f"052-234-500{number}", email="")
        room.deliver()
        assert "ליד חם" in room.outside.dms(NOA)[0].text
        assert "warm lead" in room.outside.dms(AVI)[0].text

    def test_of_hebrew_isolates_numbers_latin_and_times(self, room: Room):
        words = Words("he", room.desk.settings.zone)
        lead = room.lead()
        shown = leads.show(room.desk, 1, by=lead.owner)
        text = card(shown, words, BOOK, private=True).text
        for run in ("052-234-5678", "dana@example.com", "Dana Cohen"):
            assert f"{FSI}{run}{PDI}" in text

    def test_of_english_isolates_hebrew(self, room: Room):
        lead = room.lead(name="דנה כהן")
        shown = leads.show(room.desk, 1, by=lead.owner)
        text = card(shown, Words("en", room.desk.settings.zone), BOOK, private=True).text
        assert f"{FSI}דנה כהן{PDI}" in text
        assert f"{FSI}052" not in text

    def test_leaves_no_isolate_open_or_inside_a_token(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, LOCALE="he") as room:
            live_through_it_all(room, name="Dana Cohen", note="wants blue")
            for message in everything(room):
                assert message.text.count(FSI) == message.text.count(PDI)
                for token in message.text.split("<")[1:]:
                    assert FSI not in token.split(">")[0]

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_fits_all_its_help_into_one_message(self, room: Room, locale: str):
        said = replies.help_text("", Words(locale, room.desk.settings.zone))
        assert faults_of(said) == []
        for verb in VERBS:
            assert f"/lead {verb}" in payload(said)
            assert faults_of(replies.help_text(verb, Words(locale, room.desk.settings.zone))) == []

    def test_of_whoever_is_not_in_the_team_is_the_teams(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, LOCALE="he", ADMIN_SLACK_IDS="U01BOSS") as room:
            guest, boss = reader(room.desk, "U01GUEST"), reader(room.desk, "U01BOSS")
            assert (guest.words.locale, guest.insider) == ("he", False)
            assert (boss.words.locale, boss.insider) == ("he", True)


class TestWordsOfStrangers:
    @pytest.mark.parametrize("text", NASTY)
    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_are_never_obeyed_by_slack(self, tmp_path, clock: FakeClock, text: str, locale: str):
        fields = dict.fromkeys(
            ("name", "campaign", "product", "city", "note", "referrer", "vendor"), text
        )
        with a_desk(tmp_path, clock, LOCALE=locale, MANAGERS_CHANNEL="bosses") as room:
            live_through_it_all(room, **fields, kind="referral")
            assert len(everything(room)) > 8
            assert room.outside.faults == []

    @pytest.mark.parametrize("text", NASTY)
    def test_are_never_obeyed_in_a_modal_or_an_answer(self, room: Room, text: str):
        lead = room.lead(name=text)
        words = Words("he", room.desk.settings.zone)
        for menu, chosen in (("talked", "followup"), ("sold", "sold"), ("every", modals.NOTE)):
            view = modals.log_modal(lead, words, BOOK, menu=menu, chosen=chosen, now=room.clock.now)
            assert check_view(view=view, surface="modal") == []
            title = Message(view["blocks"][0]["text"]["text"], tuple(view["blocks"]))
            assert faults_of(Message(title.text)) == []
        logged = replies.logged(room.log(1, "noanswer"), words)
        assert faults_of(logged) == []
        refused = replies.refusal("command.unknown", {"word": text[:40]}, words)
        assert faults_of(refused) == []
        known = leads.show(room.desk, 1, by=MIRI)
        assert faults_of(card(known, words, BOOK, private=True)) == []

    def test_of_one_who_is_known_by_number_alone_still_make_a_title(self, room: Room):
        lead = room.lead(name="")
        assert cards.title(lead, Words("en", room.desk.settings.zone)) == "#1 no name"

    @pytest.mark.parametrize("text", NASTY)
    def test_make_a_whole_sms_and_mail(self, room: Room, text: str):
        lead = room.lead(name=text, language="he")
        desk, now = room.desk, room.clock.now
        with desk.store.view() as view:
            sms = sms_of(desk, view, lead, SendSms(1, Layer.SMS_FIRST), now=now)
            mail = mail_of(desk, view, lead, SendEmail(1, Layer.MAIL_FIRST), now=now, key="k")
        assert isinstance(sms, Sms)
        assert isinstance(mail, Mail)
        assert "03-555-1234" in sms.body
        assert "\n" not in mail.subject
        assert "<!channel>" not in mail.html

    def test_of_many_leads_make_a_day_that_slack_takes(self, room: Room):
        for number in range(30):
            room.receive(name="<!channel>" * 30, phone=f"052-234-50{number:02}")
        room.load(1)
        for rep in (NOA, AVI):
            said = replies.day(my_leads(room.desk, by=rep), Words("he", room.desk.settings.zone))
            assert faults_of(said) == []

    def test_are_kept_as_they_came(self, room: Room):
        assert room.lead(name='ז\'קלין "צה"ל" <b>').name == 'ז\'קלין "צה"ל" <b>'


class TestAWrittenNumber:
    def test_that_cant_be_right_is_said_to_be_so(self, room: Room):
        lead = room.lead(phone="052-23", email=DANA["email"])
        room.deliver()
        [mine] = room.outside.dms(lead.owner)
        assert "052-23" in mine.text
        assert "052-23" not in room.outside.channel()[0].text
