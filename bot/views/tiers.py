"""A lead's tier in one sentence, with the numbers that it rests on (L1.3)."""

from bot.grading import Standing
from bot.texts import Safe, Words
from rules.tiers import Basis, Grade


def tier_sentence(standing: Standing, words: Words) -> Safe:
    """Say why a lead has its tier: measured, as its kind, where its kind begins, or chosen."""
    grade = standing.grade
    if grade.basis is Basis.PINNED:
        return _pinned(standing, words)
    if grade.basis is Basis.DEFAULT:
        kinds = words.say(f"kinds.{grade.group.kind}")
        return words.say("tier.default", tier=grade.tier, kinds=kinds, leads=f"{grade.leads:,}")
    return words.say(
        f"tier.{grade.basis}",
        tier=grade.tier,
        whose=_whose(grade, words),
        share=share(grade.closed, grade.leads, words),
        team=share(standing.team_closed, standing.team_leads, words),
    )


def share(closed: int, leads: int, words: Words) -> Safe:
    """Give a part with its sample: '31% of 412'."""
    return words.say("tier.share", rate=words.percent(closed / leads), leads=f"{leads:,}")


def _whose(grade: Grade, words: Words) -> Safe:
    group = grade.group
    kinds = words.say(f"kinds.{group.kind}")
    if grade.basis is not Basis.MEASURED:
        return kinds
    return words.join(kinds, group.campaign, group.product)


def _pinned(standing: Standing, words: Words) -> Safe:
    grade, measured = standing.grade, standing.measured
    of = "campaign" if standing.of_campaign else "lead"
    chosen = words.say(f"tier.pinned_{of}", tier=grade.tier, campaign=grade.group.campaign)
    if measured.basis is Basis.DEFAULT:
        would = words.say("tier.would_begin", tier=measured.tier)
    else:
        rests = share(measured.closed, measured.leads, words)
        would = words.say("tier.would", tier=measured.tier, share=rests)
    return Safe(f"{chosen} {would}")
