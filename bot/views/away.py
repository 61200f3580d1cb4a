"""What is said to who goes away and who comes back: what happens to their leads meanwhile."""

from datetime import datetime

from bot.away import Gone, Returned
from bot.texts import Safe, Words, mention
from bot.views.blocks import ActionId, Message, actions, button, section
from rules.shifts import is_away
from rules.team import Rep


def state_line(rep: Rep, words: Words, *, now: datetime) -> tuple[bool, Safe]:
    """Say whether a rep is away, and until when."""
    if not is_away(rep, now=now):
        return False, words.say("away.here")
    return True, _away(rep, words)


def _away(rep: Rep, words: Words, *, now: datetime | None = None) -> Safe:
    """Say until when a rep is away: as it is read `now`, else as a message that stands."""
    if rep.away_until is None:
        return words.say("away.open")
    until = rep.away_until
    when = words.in_full(until, now=now) if now else words.standing(until)
    return words.say("away.until", when=when)


def gone(done: Gone, words: Words, *, now: datetime) -> Message:
    """Confirm that a person is away, with all that follows; the button takes it back."""
    text = words.lines(
        _away(done.rep, words, now=now),
        *_meanwhile(done, words),
        _end(done, words),
    )
    undo = button(words.plain.say("button.undo"), ActionId.COME_BACK, f"undo:{done.began}")
    return Message(text, (section(text), actions(undo)))


def _meanwhile(done: Gone, words: Words) -> list[Safe]:
    """Say what happens to leads meanwhile, by who is there to take them."""
    if not (done.deputy or done.others):
        return [words.say("away.alone")]
    return [words.say("away.leads"), _followups(done, words)]


def _followups(done: Gone, words: Words) -> Safe:
    if not done.covered:
        return words.say("away.followups_wait")
    if not done.deputy:
        return words.say("away.followups_covered")
    key = "away.followups_deputy" if done.others else "away.followups_only"
    return words.say(key, who=mention(done.deputy))


def _end(done: Gone, words: Words) -> Safe:
    return words.say("away.ends" if done.rep.away_until else "away.how")


def returned(done: Returned, words: Words) -> Message:
    """Welcome a person back with what waits for them."""
    found = done.counts
    parts = [
        words.say("home.sum_late", n=found.late) if found.late else "",
        words.say("home.sum_due", n=found.due - found.late) if found.due > found.late else "",
        words.say("home.sum_coming", n=found.timed - found.due) if found.timed > found.due else "",
        words.say("home.sum_held", n=found.held) if found.held else "",
    ]
    top = words.say("away.back" if done.was_away else "away.was_here")
    went = [words.say("away.went", n=n, who=mention(to)) for to, n in done.covered.items()]
    text = words.lines(top, words.join(*parts) or words.say("away.nothing_waits"), *went)
    first = button(words.plain.say("button.next"), ActionId.NEXT, "next", style="primary")
    return Message(text, (section(text), actions(first)))
