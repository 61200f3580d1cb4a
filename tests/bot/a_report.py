"""A report for tests of what is drawn and said of it: a busy month of a small team."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from rules import stats
from rules.report import Line, Report, Window
from rules.report_calls import ANY_DAY, Answering, Place, RepFigures, Talk, TalkLine, WeekHour
from rules.report_leads import (
    Bucket,
    ClosedBy,
    Closing,
    Lifetime,
    MonthCohort,
    Response,
    StageFigures,
)
from rules.report_rest import ClaimFigures, FollowUpFigures, MailingFigures, MessageFigures
from rules.report_values import Amount, Estimate, Share, Spread
from rules.words import Channel, Kind, Stage

ZONE = ZoneInfo("Asia/Jerusalem")
SINCE, UNTIL = datetime(2026, 11, 15, tzinfo=ZONE), datetime(2026, 11, 22, tzinfo=ZONE)
LEAST_LEADS, LEAST_CALLS = 30, 100
WINDOW = Window(SINCE - timedelta(days=60), UNTIL - timedelta(days=30), UNTIL, 30, 90, 365)


def leads_share(hits: int, of: int) -> Share:
    return stats.share(hits, of, least=LEAST_LEADS)


def calls_share(hits: int, of: int) -> Share:
    return stats.share(hits, of, least=LEAST_CALLS)


def line(
    name: str, leads: int = 0, profit: float = 0, spread: float | None = None, **more: Any
) -> Line:
    """Make a campaign's line; its profit in whole units, its interval `spread` to each side."""
    value = profit * 100
    ends = (None, None) if spread is None else (value - spread * 100, value + spread * 100)
    given: dict[str, Any] = {
        "few": leads < LEAST_LEADS,
        "conversion": leads_share(leads // 8, leads),
        "revenue": Amount(round(value) or 1),
    }
    estimate = Estimate(value, *ends)
    return Line(name, leads=leads, profit=estimate, **(given | more))


FRIEND = line("Friend brings friend", 112, 4600, 1900)
FACEBOOK = line("פייסבוק־מרץ", 86, -6880, 2100, cost=Amount(817000), calls=calls_share(31, 240))
SEARCH = line("Search", 58, 2670, 2900, cost=Amount(120050), calls=calls_share(80, 190))
FEW = line("Newspaper", 7, 320)
LINES = (FRIEND, FACEBOOK, SEARCH, FEW)


def an_hour(weekday: int, hour: int, *kinds: tuple[Kind, int, int]) -> WeekHour:
    """Give an hour's calls of each kind: how many answered, of how many."""
    told = tuple((kind, calls_share(hits, of)) for kind, hits, of in kinds)
    whole = stats.together([share for _, share in told], least=LEAST_CALLS)
    return WeekHour(weekday, hour, whole, told)


def hours() -> tuple[WeekHour, ...]:
    """Give calls of a week: nobody on Saturday, few on Friday, best on Tuesday at 17."""
    found = []
    for weekday in range(7):
        for hour in range(8, 21):
            of = {5: 0, 4: 40}.get(weekday, 150 + 7 * hour + 11 * weekday)
            rate = 0.12 + 0.012 * (hour - 8) + (0.12 if (weekday, hour) == (1, 17) else 0)
            if of:
                found.append(an_hour(weekday, hour, (Kind.WARM, round(of * rate), of)))
    return tuple(found)


CURVE = (
    Bucket(300, leads_share(31, 160), ((Kind.WARM, leads_share(31, 160)),), 0.17),
    Bucket(3600, leads_share(28, 212), (), 0.13),
    Bucket(86400, leads_share(15, 190), (), 0.09),
    Bucket(None, leads_share(1, 12)),
)


def cohorts() -> tuple[MonthCohort, ...]:
    earned = count(21000, 2500)
    found = []
    for back, month in enumerate(range(11, 3, -1)):
        first = next(earned)
        curve = tuple(first + 3000.0 * step for step in range(back))
        leads = 14 if month == 9 else 100 + month
        found.append(MonthCohort(date(2026, month, 1), None, leads, curve, leads < LEAST_LEADS))
    return tuple(reversed(found))


STAGES = (
    StageFigures(Stage.ANONYMOUS, 12, 12, Spread(12, 7200.0, 9000.0)),
    StageFigures(Stage.LEAD, 340, 190, Spread(150, 172800.0, 432000.0, small=False)),
    StageFigures(Stage.MQL, 122, 60, Spread(40, 90000.0, 200000.0)),
    StageFigures(Stage.SQL, 64, 31, Spread(22, 190000.0, 400000.0)),
    StageFigures(Stage.SQO, 21, 14),
    StageFigures(Stage.WON, 48, 17),
    StageFigures(Stage.LOST, 160, 52),
    StageFigures(Stage.DISQUALIFIED, 33, 9),
)


def report(*lines: Line, **changed: Any) -> Report:
    """Make a report of these campaigns' lines; whatever else is `changed`."""
    lines = lines or LINES
    apart = tuple(one for row in lines for one in row.revenue.apart)
    value = sum(one.profit.value for one in lines)
    total = line("", sum(one.leads for one in lines), value / 100, 3000)
    total = replace(
        total,
        revenue=Amount(1240000, apart),
        calls=calls_share(900, 3100),
        sales=17,
        response=Spread(240, 420.0, 5400.0, small=False),
        lifetime=Lifetime(
            800, 365, Estimate(31000.0, 22000.0, 40000.0), (21000.0, 31000.0), small=False
        ),
    )
    found = Report(
        since=SINCE,
        until=UNTIL,
        days=(SINCE.date(), date(2026, 11, 21)),
        currency="ILS",
        window=WINDOW,
        total=total,
        campaigns=lines,
        banners=(replace(lines[0], banner="blue"),),
        answering=Answering(
            leads_share(180, 250),
            calls_share(900, 3100),
            (Place("IL", "", calls_share(880, 3000)), Place("", "", calls_share(20, 90))),
            (Place("IL", "Jerusalem", calls_share(300, 1000)),),
            hours(),
            tuple((kind, calls_share(200, 700)) for kind in Kind),
        ),
        response=Response(total.response, 9, CURVE, leads_share(2, 60)),
        closing=(
            Closing(
                None,
                800,
                75,
                None,
                Spread(75, 400000.0, 900000.0, small=False),
                (ClosedBy(7, 0.05, 0.03, 0.08), ClosedBy(30, 0.09, 0.07, 0.12)),
            ),
        ),
        cohorts=cohorts(),
        talk=Talk(
            TalkLine("", 3100, 700, 180000, 17, Amount(90000), small=False),
            (TalkLine("Search", 190, 60, 18000, 5, Amount(9000), small=False),),
            (TalkLine("IL", 3000, 690, 178000, 17, Amount(89000), small=False),),
        ),
        reps=(
            RepFigures(
                "U01AVI",
                "Avi",
                90,
                calls_share(300, 900),
                60000,
                280,
                Spread(80, 300.0, 4000.0, small=False),
                8,
                Amount(520000),
                (an_hour(ANY_DAY, 17, (Kind.WARM, 90, 200)),),
            ),
            RepFigures("U01GONE", "", 3, calls_share(1, 12)),
        ),
        stages=STAGES,
        messages=(
            MessageFigures(
                Channel.SMS,
                None,
                200,
                leads_share(180, 200),
                leads_share(4, 200),
                leads_share(20, 150),
                leads_share(3, 150),
                leads_share(30, 150),
                2,
                Amount(1200),
            ),
        ),
        followups=FollowUpFigures(
            60, leads_share(49, 55), leads_share(4, 55), 5, Spread(2, 5400.0, 7000.0)
        ),
        mailing=MailingFigures(80, leads_share(6, 80), 1),
        claims=ClaimFigures(4, 2, 1, Amount(24000), 1),
        least_leads=LEAST_LEADS,
        least_calls=LEAST_CALLS,
        unknown=("rep_hour", "minute:US"),
    )
    return replace(found, **changed)
