"""Messages: what was sent, what came back the same way, whom the mailing list brought (L2, L3)."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from rules.figures_rest import mailing, message_figures
from rules.playbook import Playbook
from rules.pricing import pricing_of
from rules.rates import Costs, Exchange
from rules.report_rest import MessageFigures
from rules.sums import Left
from rules.words import Channel, Layer
from tests.bot.a_report import UNTIL

BOOK = Playbook(costs=Costs(sms=Decimal("0.2"), currency="ILS"))
PRICING = pricing_of(BOOK, Exchange("ILS", ZoneInfo("UTC")), at=UNTIL)
SENT = Left(
    *(1, Channel.SMS, Layer.SMS_FIRST, "sent"),
    *(False,) * 6,
)
FAILED = replace(SENT, state="failed", lead_id=2)


def told(*left: Left) -> MessageFigures:
    whole, _ = message_figures(left, PRICING, least=1)
    return whole


class TestMessages:
    def test_that_failed_are_not_sent_and_cost_nothing(self):
        found = told(SENT, replace(SENT, state="delivered"), FAILED)
        assert (found.sent, found.cost.minor) == (2, 40)
        assert (found.delivered.hits, found.delivered.of) == (1, 2)
        assert (found.failed.hits, found.failed.of) == (1, 3)

    def test_that_failed_bring_nobody_back(self):
        found = told(SENT, replace(FAILED, heard=True, answered=True, bought=True, opted_out=True))
        assert (found.answered.of, found.answered.hits, found.came_back.hits) == (1, 0, 0)
        assert (found.opted_out.hits, found.sales) == (0, 0)

    def test_are_answered_by_words_and_a_press_brings_back(self):
        found = told(
            SENT, replace(SENT, lead_id=3, pressed=True), replace(SENT, lead_id=4, heard=True)
        )
        assert (found.answered.hits, found.came_back.hits) == (1, 2)


class TestTheMailingList:
    def test_wrote_to_nobody_whose_mail_failed_l3_3(self):
        listed = replace(SENT, channel=Channel.EMAIL, layer=Layer.MAILING_LIST)
        found = mailing(
            [listed, replace(listed, lead_id=2, state="failed", returned=True)], least=1
        )
        assert (found.written, found.returned.hits) == (1, 0)
