"""The profit of each campaign, with how sure it is (L6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.bars import Bar, Chart
from bot.pictures.picture import only_currency
from bot.pictures.says import few_leads, period_of
from bot.texts import Safe, Words
from bot.views.blocks import clip
from rules.money import Money, exponent
from rules.report import Line, Report
from rules.report_values import Estimate

MOST = 8
NAME_LIMIT = 32
ROUND_FROM = 10


@dataclass(frozen=True, slots=True)
class _Part:
    """What one campaign or several earned, in minor units, and of how many leads."""

    name: str
    profit: Estimate
    leads: int
    small: bool = False


def chart(report: Report, words: Words) -> Chart | None:
    """Lay a period's profits out in plain `words`; None where there is no money.

    Those that can be ranked come first, best profit first; below them stand small samples, by
    their leads. Of more than eight those with the least at stake are folded into the last bar.
    """
    rows = [row for row in report.campaigns if _is_told_in(row)]
    if not any(map(_own_money, rows)):
        return None
    ranked = [row for row in report.ranked if row in rows]
    few = sorted((row for row in rows if row not in ranked), key=lambda row: -row.leads)
    most = sorted([*ranked, *few], key=lambda row: (row.small, -abs(row.profit.value)))[:MOST]
    kept = [_part(row, words) for row in (*ranked, *few) if row in most]
    rest = _fold([_part(row, words) for row in rows if row not in most], words)
    bars = tuple(_bar(part, words, report.currency) for part in (*kept, *rest))
    title, period = words.say("picture.title"), _period(report, words)
    finding = _finding(bars[: len(kept)], words)
    alt = words.say("picture.alt", title=title, period=period, finding=finding)
    note = few_leads(report, words) if any(part.small for part in kept) else ""
    sure = words.say("picture.sure") if any(bar.beside for bar in bars) else ""
    notes = tuple(one for one in (sure, note) if one)
    return Chart(title, period, alt, bars, rtl=words.locale == "he", notes=notes)


def _own_money(row: Line) -> bool:
    return bool(row.revenue.minor or row.spent or row.profit.value)


def _is_told_in(row: Line) -> bool:
    """Say whether a campaign's money is of the report's currency at all; none is nothing earned."""
    others = (row.revenue, row.lead_cost, row.talk_cost, row.message_cost)
    return _own_money(row) or not any(one.apart for one in others)


def _part(row: Line, words: Words) -> _Part:
    name = " ".join(row.campaign.split()) or words.say("digest.no_campaign")
    return _Part(clip(name, NAME_LIMIT), row.profit, row.leads, row.small)


def _fold(parts: Sequence[_Part], words: Words) -> list[_Part]:
    name = words.say("picture.others", n=len(parts))
    earned = Estimate(sum(one.profit.value for one in parts))
    return [_Part(name, earned, sum(one.leads for one in parts))] if parts else []


def _bar(part: _Part, words: Words, currency: str) -> Bar:
    profit = part.profit if not part.small else Estimate(part.profit.value)
    value = _say(profit.value, words, currency)
    sample = words.say("digest.leads", n=part.leads)
    if part.small:
        sample = words.join(sample, words.say("picture.few"))
    low, high, beside = profit.low, profit.high, Safe("")
    if low is not None and high is not None:
        ends = (_say(one, words, currency) for one in (low, high))
        beside = words.say("picture.between", **dict(zip(("low", "high"), ends, strict=True)))
    name = words.join(part.name)
    return Bar(name, sample, value, profit.value, beside, low, high, small=part.small)


def _say(minor: float, words: Words, currency: str) -> Safe:
    return words.money(rounded(minor, currency))


def rounded(minor: float, currency: str) -> Money:
    """Leave the cents away where they would only hide the amount."""
    unit: int = 10 ** exponent(currency)
    small = abs(minor) < ROUND_FROM * unit
    return Money(round(minor) if small else round(minor / unit) * unit, currency)


def _period(report: Report, words: Words) -> Safe:
    currency = only_currency(report)
    mixed = words.say("picture.only", currency=currency) if currency else ""
    return words.join(period_of(report, words), mixed)


def _finding(bars: Sequence[Bar], words: Words) -> Safe:
    """Say in words which campaign earned most, and which least or lost; what is few is no rank."""
    told = [bar for bar in bars if not bar.small]
    if not told:
        return _said("picture.too_few", bars[0], words)
    best, worst = told[0], told[-1]
    found = [_said("picture.most" if best.earned > 0 else "picture.none", best, words)]
    if worst is not best:
        found.append(_said("picture.lost" if worst.earned < 0 else "picture.least", worst, words))
    return Safe(" ".join(found))


def _said(key: str, bar: Bar, words: Words) -> Safe:
    return words.say(key, name=Safe(bar.name), sample=Safe(bar.sample), value=Safe(bar.value))
