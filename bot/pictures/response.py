"""How many close by how soon they were called first, in the team's own past (C1, L6.4)."""

from collections.abc import Sequence

from bot.pictures.bars import Bar, Chart
from bot.pictures.says import few_leads, of_window
from bot.texts import Safe, Words
from rules.report import Report
from rules.report_leads import Bucket
from rules.report_values import Share


def chart(report: Report, words: Words) -> Chart | None:
    """Lay it out in plain `words`; None where no sample is large enough to say anything."""
    curve = [one for one in report.response.curve if one.closed.of]
    told = [one for one in curve if not one.closed.small]
    if not told:
        return None
    before = _starts(report.response.curve)
    bars = [_bar(name_of(one, before[one.within], words), one, words) for one in curve]
    never = report.response.never
    if never.of:
        bars.append(_bar(words.say("picture.never"), Bucket(None, never), words))
    title, period = words.say("picture.response"), of_window(report, words, judged=True)
    named = [(name_of(one, before[one.within], words), one.closed) for one in told]
    notes = [words.say("picture.sure")]
    notes += [words.say("picture.same_mix")] if any(bar.mark is not None for bar in bars) else []
    notes += [few_leads(report, words)] if any(bar.small for bar in bars) else []
    alt = words.say("picture.alt", title=title, period=period, finding=_finding(named, words))
    return Chart(title, period, alt, tuple(bars), rtl=words.locale == "he", notes=tuple(notes))


def _starts(curve: Sequence[Bucket]) -> dict[int | None, int]:
    """Give, by where a bucket ends, where it begins."""
    ends = [one.within for one in curve]
    return dict(zip(ends, [0, *(one or 0 for one in ends[:-1])], strict=True))


def name_of(one: Bucket, since: int, words: Words) -> Safe:
    """Say how soon a bucket's leads were called, who begin at `since` seconds."""
    if one.within is None:
        return words.say("picture.after", span=words.duration(since))
    key = "picture.later" if since else "picture.within"
    return words.say(key, since=words.duration(since), span=words.duration(one.within))


def _bar(name: Safe, one: Bucket, words: Words) -> Bar:
    share, small = one.closed, one.closed.small
    sample = words.say("picture.closed_of", hits=share.hits, n=share.of)
    if small:
        sample = words.join(sample, words.say("picture.few"))
    low, high = (None, None) if small else (share.low, share.high)
    beside = Safe("")
    if low is not None and high is not None:
        ends = {"low": words.percent(low), "high": words.percent(high)}
        beside = words.say("picture.between", **ends)
    rate = share.rate or 0.0
    value, mark = words.percent(rate), None if small else one.adjusted
    return Bar(name, sample, value, rate, beside, low, high, mark, small)


def _finding(named: Sequence[tuple[Safe, Share]], words: Words) -> Safe:
    """Say how many of the first and of the last of those told closed."""
    ends = (named[0], named[-1]) if len(named) > 1 else (named[0],)
    said = (
        words.say("picture.closed", name=name, rate=words.percent(one.rate or 0.0), n=one.of)
        for name, one in ends
    )
    return Safe(" ".join(said))
