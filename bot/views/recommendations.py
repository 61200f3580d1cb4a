"""Recommendations in Slack: what to change, with its buttons; what became of it (L6.8, L6.9)."""

from collections.abc import Sequence
from typing import Any

from bot.deciding import REASONS, Decision, mark
from bot.recommending import Told
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    PLACEHOLDER_LIMIT,
    TITLE_LIMIT,
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    header,
    only,
    option,
    plain,
    section,
    spoken,
)
from bot.views.playbook import differences
from bot.views.recommendation_lines import filled, gain, line, money, notes, scored, short
from rules.proposal import Advice
from rules.recommending import LEFT_OUT, State
from rules.scoring import Verdict
from storage.recommendations import Recommendation

FIRST = 3
"""So many of the open ones stand in a digest; the list has them all."""
SCORED = 5
"""So many scores stand in a digest, those first that say most."""
LISTED = 10
SUREST = 0.99
"""No figures make more than that of certain."""


def lines(told: Told, words: Words, *, most: int = FIRST) -> list[Safe]:
    """Give the digest's lines: what does harm first, then what to change, then the other scores."""
    warned = [scored(one, words) for one in told.harmful]
    asked = [
        words.join(_numbered(place, one, words), gain(one, words))
        for place, one in enumerate(told.open[:most], 1)
    ]
    return [*warned, *asked, *_scores(told, words)]


def blocks(told: Told, words: Words, *, most: int = FIRST) -> tuple[Block, ...]:
    """Give the same with buttons: Undo for what does harm; Accept, Reject and Why for the open."""
    found = [one for harm in told.harmful for one in _followed(harm, words)]
    for place, one in enumerate(told.open[:most], 1):
        text = words.lines(_numbered(place, one, words), gain(one, words))
        found += [section(text), actions(*_choices(one, words.plain))]
    left = len(told.open) - most
    if left > 0:
        more = button(words.plain.say("button.recommendations"), ActionId.RECOMMENDATIONS, "all")
        found += [section(words.say("recommend.more", n=left)) | {"accessory": more}]
    rest = _scores(told, words)
    return (*found, *([section(words.lines(*rest))] if rest else []))


def _scores(told: Told, words: Words) -> list[Safe]:
    rest = [one for one in told.accepted if one not in told.harmful]
    return [scored(one, words) for one in rest[:SCORED]]


def _numbered(place: int, one: Recommendation, words: Words) -> Safe:
    return words.say("recommend.numbered", place=place, line=line(one, words))


def _choices(one: Recommendation, say: Words) -> list[Block]:
    return [
        button(say.say("button.accept"), ActionId.RECOMMEND_ACCEPT, mark(one), style="primary"),
        button(say.say("button.reject"), ActionId.RECOMMEND_REJECT, one.id),
        button(say.say("button.why_so"), ActionId.RECOMMEND_WHY, one.id),
    ]


def _undo(one: Recommendation, say: Words) -> Block:
    return button(say.say("button.undo"), ActionId.RECOMMEND_UNDO, one.id)


def _followed(one: Recommendation, words: Words) -> list[Block]:
    why = button(words.plain.say("button.why_so"), ActionId.RECOMMEND_WHY, one.id)
    return [section(scored(one, words)), actions(_undo(one, words.plain), why)]


def footnotes(told: Told, words: Words) -> list[Safe]:
    """Say what could not be made or weighed this time, and what mends it."""
    return notes(told.failed, told.unweighed, told.campaigns, words)


def listed(told: Told, words: Words) -> Message:
    """List what waits for a decision and what was accepted, each with its buttons."""
    under = footnotes(told, words)
    if not told.open and not told.accepted:
        return only(words.lines(words.say("recommend.none"), *under))
    title = words.plain.say("recommend.title")
    found: list[Block] = [header(title)]
    parts: list[Safe] = []
    if told.open:
        asked = Told(told.open, ())
        found += blocks(asked, words, most=LISTED)
        parts += lines(asked, words, most=LISTED)
    else:
        parts.append(words.say("recommend.none_open"))
        found.append(section(parts[-1]))
    if told.accepted:
        top, some = words.say("recommend.accepted_ones"), told.accepted[:LISTED]
        found += [section(top), *(row for one in some for row in _followed(one, words))]
        parts += [top, *(scored(one, words) for one in some)]
    found += [section(words.lines(*under))] if under else []
    parts += under
    return Message(spoken(words.lines(title, *parts)), tuple(found))


def accepted(done: Decision, words: Words) -> Message:
    """Confirm: what changed, from when it counts, what follows; the button takes it back."""
    one = done.one
    if one.state is State.LAPSED:
        return only(words.say("recommend.is_so", what=short(one, words)))
    top = words.say("recommend.accepted", what=short(one, words))
    if done.made is None:
        text = words.lines(top, _by_hand(one, filled(one, words), words))
    else:
        counts = words.say("playbook.counts")
        text = words.lines(top, *differences(done.made, words), counts)
        text = words.lines(text, words.say("recommend.followed"))
        text = words.lines(text, *_left(one, words))
    return Message(spoken(text), (section(text), actions(_undo(one, words.plain))))


def rejected(done: Decision, words: Words) -> Message:
    """Confirm that all stays; whoever likes picks a reason."""
    one, say = done.one, words.plain
    reason = one.scored.get("reason", "")
    kept = (
        words.say("recommend.kept", why=words.say(f"recommend.reason.{reason}")) if reason else ""
    )
    top = words.say("recommend.rejected", what=short(one, words))
    text = words.lines(top, kept or words.say("recommend.comes_back"))
    options = [
        option(say.say(f"recommend.reason.{one}"), f"{done.one.id}:{one}") for one in REASONS
    ]
    select: dict[str, Any] = {
        "type": "static_select",
        "action_id": ActionId.RECOMMEND_REASON.value,
        "placeholder": plain(say.say("recommend.reasons"), PLACEHOLDER_LIMIT),
        "options": options,
    }
    return Message(text, (section(text), actions(select, _undo(one, say))))


def undone(done: Decision, words: Words) -> Message:
    """Confirm that a decision was taken back: what the playbook says now, or that it is open."""
    what = short(done.one, words)
    if done.one.state is State.PROPOSED:
        text = words.say("recommend.open_again", what=what)
        return Message(text, (section(text), actions(*_choices(done.one, words.plain))))
    changed = differences(done.made, words) if done.made else []
    counts = words.say("playbook.counts") if done.made else ""
    return only(words.lines(words.say("recommend.undone", what=what), *changed, counts))


def why(one: Recommendation, words: Words) -> dict[str, Any]:
    """Show what a recommendation rests on, what it brings, and what it costs if it is wrong."""
    given = filled(one, words)
    evidence = words.say(f"recommend.evidence.{one.kind}", **given)
    sure = words.percent(min(one.evidence["sure"], SUREST))
    parts = [
        line(one, words),
        words.lines(evidence, *_who(one, words)),
        words.lines(gain(one, words), words.say("recommend.sure", part=sure)),
        _wrong(one, words),
        _then(one, given, words),
    ]
    if one.state is State.ACCEPTED and one.scored.get("verdict") in set(Verdict):
        parts.append(scored(one, words))
    say = words.plain
    note = context(words.say("recommend.interval"))
    return {
        "type": "modal",
        "title": plain(say.say("recommend.why"), TITLE_LIMIT),
        "close": plain(say.say("recommend.close"), TITLE_LIMIT),
        "blocks": [*(section(part) for part in parts if part), note],
    }


def _wrong(one: Recommendation, words: Words) -> Safe:
    sign = words.say(f"recommend.sign.{one.evidence['shown_by']}")
    lost = one.evidence["at_stake"]
    if lost <= 0:
        return words.say("recommend.wrong_nothing", sign=sign)
    return words.say("recommend.wrong", stake=money(lost, one.currency, words), sign=sign)


def _who(one: Recommendation, words: Words) -> Sequence[Safe]:
    """Name the rep whom a strength is about: only managers read this."""
    if one.kind is not Advice.STRENGTH:
        return ()
    return (words.say("recommend.rep", who=mention(str(one.facts["rep"]))),)


def _then(one: Recommendation, given: dict[str, object], words: Words) -> Safe:
    if not one.change:
        return _by_hand(one, given, words)
    return words.lines(words.say("recommend.at_once"), *_left(one, words))


def _left(one: Recommendation, words: Words) -> Sequence[Safe]:
    """Say which part of the leads it leaves under the former rules, if any."""
    part = one.change.get(LEFT_OUT, 0.0)
    return (words.say("recommend.left", part=words.percent(part)),) if part else ()


def _by_hand(one: Recommendation, given: dict[str, object], words: Words) -> Safe:
    """Say what a person must do: to buy the leads, or to route them."""
    if one.kind is Advice.STRENGTH:
        return words.say("recommend.by_route")
    return words.say("recommend.by_hand", step=given.get("step", ""))
