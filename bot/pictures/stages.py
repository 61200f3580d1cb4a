"""Where leads stand: how many in each stage of their life, and how many entered it (S1)."""

from bot.pictures.bars import Bar, Chart
from bot.pictures.says import of_window
from bot.texts import Words
from rules.report import Report
from rules.report_leads import StageFigures


def chart(report: Report, words: Words) -> Chart | None:
    """Lay the funnel out in plain `words`; None where no lead stands anywhere."""
    rows = [one for one in report.stages if one.standing or one.entered]
    total = sum(one.standing for one in rows)
    if not total:
        return None
    bars = tuple(_bar(one, total, words) for one in rows)
    title, period = words.say("picture.stages"), of_window(report, words, judged=False)
    most = max(rows, key=lambda one: one.standing)
    finding = words.say(
        "picture.stand",
        stage=words.say(f"stage.{most.stage}"),
        part=words.percent(most.standing / total),
        n=total,
    )
    alt = words.say("picture.alt", title=title, period=period, finding=finding)
    return Chart(title, period, alt, bars, rtl=words.locale == "he")


def _bar(one: StageFigures, total: int, words: Words) -> Bar:
    took = one.took.median
    stayed = words.say("picture.stayed", span=words.duration(took), n=one.took.of) if took else ""
    sample = words.say("picture.entered", n=one.entered)
    part = words.percent(one.standing / total)
    value = words.join(words.say("digest.leads", n=one.standing), part)
    return Bar(words.say(f"stage.{one.stage}"), sample, value, one.standing, stayed)
