"""Why a lead has its rep: who was considered, why each was skipped, who is in line (C3)."""

from collections.abc import Sequence

from bot.texts import Safe, Words, mention
from bot.trial import Trial
from bot.views.history import Called
from rules.pools import Pool, Way
from rules.routes import WAITING, Verdict
from rules.routing import Considered
from rules.skips import Skip, commonest
from storage.given import Given

IN_LINE, NAMED = 5, 10


def considered(found: Given, words: Words, *, called: Called = mention) -> Safe:
    """Say who was considered when a lead was given, "" where nobody was (C3)."""
    if not found.considered:
        return Safe("")
    way = Way(found.how)
    return words.lines(
        words.say("routing.title", pool=_named(found.pool, words), way=_way(way, words)),
        words.say("routing.route", route=found.route) if found.route else "",
        *_everybody(found.considered, way, words, called, more=found.more),
    )


def weighed(verdict: Verdict, words: Words, *, called: Called = mention) -> Safe:
    """Say who would get a lead now, and why the others would not (C3)."""
    pool = verdict.pool
    route = words.say("routing.route", route=verdict.route) if verdict.route else ""
    if pool.way in WAITING:
        return words.lines(route, _waits(pool, words))
    title = words.say("routing.title_now", pool=_named(pool.name, words), way=_way(pool.way, words))
    return words.lines(title, route, *_everybody(verdict.considered, pool.way, words, called))


def tried(found: Trial, words: Words) -> Safe:
    """Say who would get a lead that was tried, as plain text for a terminal (C3)."""

    def called(slack_id: str) -> str:
        return found.names.get(slack_id, slack_id)

    lead, verdict = found.lead, found.verdict
    text = words.lines(
        words.say("routing.lead", tier=lead.tier, kind=words.say(f"kind.{lead.kind}")),
        "" if verdict.route else words.say("routing.no_route"),
        _outcome(verdict, words, called),
        weighed(verdict, words, called=called),
    )
    return Safe(text.replace("*", ""))


def lacking(considered: Sequence[Considered], words: Words) -> Safe:
    """Say what keeps most of a pool from a lead that nobody can get now, and of whom it is (C3)."""
    skip = commonest(considered)
    return _skipped(Skip(skip), considered, words, mention) if skip else Safe("")


def _outcome(verdict: Verdict, words: Words, called: Called) -> Safe:
    if verdict.choice:
        return words.say("routing.winner", who=called(verdict.choice.rep.slack_id))
    return Safe("") if verdict.pool.way in WAITING else words.say("routing.nobody")


def _waits(pool: Pool, words: Words) -> Safe:
    return words.say(f"routing.waits_{pool.way}", pool=_named(pool.name, words))


def _named(pool: str, words: Words) -> Safe:
    return words.say("routing.pool", pool=pool) if pool else words.say("routing.everybody")


def _way(way: Way, words: Words) -> Safe:
    return words.say(f"routing.way_{way}")


def _everybody(
    found: Sequence[Considered], way: Way, words: Words, called: Called, *, more: int = 0
) -> list[Safe]:
    """Name the first in line and those who were skipped, by reason; count the rest."""
    line = [one for one in found if not one.skip]
    told = [
        words.say("routing.then" if place else "routing.first", who=called(one.rep), why=why)
        for place, one in enumerate(line[:IN_LINE])
        for why in (_why(one, way, words, wins=not place),)
    ]
    left = max(len(line) - IN_LINE, 0) + more
    skipped = [_skipped(skip, found, words, called) for skip in Skip]
    rest = words.say("routing.more", n=left) if left else ""
    return [Safe(f"• {one}") for one in (*told, *skipped, rest) if one]


def _why(one: Considered, way: Way, words: Words, *, wins: bool) -> Safe:
    """Say what speaks for a rep: of a rotation whose turn it is, and what else counts there."""
    load = words.say("routing.load", n=one.load)
    if way is Way.LEAST_LOADED:
        return load
    if way is Way.BEST_CLOSER:
        closed, of = one.why
        return words.say("routing.rate", rate=words.percent(one.points), closed=closed, of=of)
    if way is not Way.BEST_MATCH:
        said = words.say("routing.weight", load=load, weight=one.why[0]) if one.why else load
        return words.say("routing.turn", load=said) if wins else said
    if not one.why:
        return words.say("routing.no_match")
    shared = words.listed(*(words.say(f"routing.share_{name}") for name in one.why))
    return words.say("routing.match", points=f"{one.points:g}", shared=shared)


def _skipped(skip: Skip, found: Sequence[Considered], words: Words, called: Called) -> Safe:
    """Name those who were skipped for one reason, "" where nobody was."""
    names = [_who(one, words, called) for one in found if one.skip == skip]
    if not names:
        return Safe("")
    left = len(names) - NAMED
    shown = ", ".join([*names[:NAMED], *([f"+{left}"] if left > 0 else [])])
    return words.say(f"routing.skip_{skip}", who=Safe(shown))


def _who(one: Considered, words: Words, called: Called) -> str:
    """Name a rep, with the hour in their own time until which they are not to be disturbed."""
    who = called(one.rep)
    if one.skip != Skip.SLACK_QUIET:
        return who
    return words.say("routing.quiet_until", who=who, time=one.why[0])
