"""More leads than hands, in words: the proposal of a stricter bar, what pressing did, its end (C1).

Numbers and moments come with the notice, as data.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.texts import Safe, Words
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    only,
    section,
    spoken,
)
from bot.wave import Stricter
from rules.effects import TellManagers
from rules.wave import HOLD, SHORTEN

STAYS = "stays"


def asked(told: TellManagers, words: Words) -> Message:
    """Tell managers that there are more calls than hands, and what a stricter bar would bring."""
    about = json.loads(told.about)
    coming = words.say("wave.coming", n=about["coming"]) if about["coming"] else ""
    top = words.say("wave.asked", **_numbers(about, words))
    first, last = " ".join(filter(None, (top, coming))), words.say("wave.promise")
    say, options = words.plain, about["options"]
    lines = [_option(one, about, words) for one in options]
    beside = [
        section(line) | {"accessory": _button(what, tiers, say)}
        for line, (what, tiers, *_) in zip(lines, options, strict=True)
    ]
    none = button(say.say("button.not_now"), ActionId.WAVE_DECLINE, "wave")
    blocks = (section(first), *beside, context(last), actions(none))
    return Message(spoken(words.lines(first, *lines, last)), blocks)


def _numbers(about: Mapping[str, Any], words: Words) -> dict[str, Any]:
    when = words.standing(datetime.fromisoformat(about["end"]))
    return {
        "load": f"{about['load']:,}",
        "can": f"{about['can']:,}",
        "n": about["reps"],
        "when": when,
    }


def _option(option: Sequence[Any], about: Mapping[str, Any], words: Words) -> Safe:
    """Say what a stricter bar brings, what such leads are worth, whether it is enough."""
    what, tiers, fewer, left = option
    given = {"fewer": f"{fewer:,}", "left": f"{left:,}", "tiers": named(tiers, words)}
    if what != HOLD:
        return Safe(f"• {words.say('wave.shorten', n=about['attempts'], **given)}")
    last = [one for one in about["options"] if one[0] == HOLD][-1]
    short = "" if about["enough"] and option == last else words.say("wave.too_many")
    said = (words.say("wave.hold", **given), _closes(tiers[0], about, words), short)
    return Safe(f"• {' '.join(filter(None, said))}")


def _closes(tier: str, about: Mapping[str, Any], words: Words) -> Safe:
    closed, leads = about["closing"].get(tier, (0, 0))
    if not leads:
        return Safe("")
    given = {"tier": Safe(tier), "leads": f"{leads:,}"}
    if not closed:
        return words.say("wave.closes_none", **given)
    return words.say("wave.closes", n=round(leads / closed), **given)


def named(tiers: Sequence[str], words: Words) -> Safe:
    """Name tiers: 'tier D', 'tiers C and D'."""
    *first, last = tiers
    both = words.say("wave.both", first=Safe(", ".join(first)), last=Safe(last)) if first else last
    return words.say("wave.tiers", n=len(tiers), tiers=Safe(both))


def _button(what: str, tiers: Sequence[str], say: Words, *, again: bool = False) -> Block:
    action = ActionId.WAVE_HOLD if what == HOLD else ActionId.WAVE_SHORTEN
    value = ",".join([*tiers, STAYS] if again else tiers)
    key = f"button.wave_{what}{'_again' if again else ''}"
    return button(say.say(key, tiers=named(tiers, say)), action, value)


def passed(told: TellManagers, words: Words) -> Message:
    """Tell managers that a stricter bar was lifted by itself, and why; a press brings it back."""
    about = json.loads(told.about)
    bars = [(what, about[what]) for what in (HOLD, SHORTEN) if about[what]]
    tiers = sorted({tier for _, some in bars for tier in some})
    why, left = ("wave.free" if about.get("free") else "wave.passed"), f"{about.get('left', 0):,}"
    text = words.lines(
        words.say(why, tiers=named(tiers, words), left=left, **_numbers(about, words)),
        words.say("wave.back", n=about["back"]),
    )
    again = [_button(what, some, words.plain, again=True) for what, some in bars]
    return Message(spoken(text), (section(text), actions(*again)))


def made_stricter(done: Stricter, words: Words, *, stays: bool) -> Message:
    """Confirm a stricter bar: what changes, for how many leads, until when."""
    tiers = named(done.tiers, words)
    say = words.plain
    lift = button(say.say("button.wave_lift"), ActionId.WAVE_LIFT, ",".join(done.tiers))
    if not done.made.version.changed:
        text = words.say(f"wave.already_{done.what}", tiers=tiers)
        return Message(text, (section(text), actions(lift)))
    text = words.lines(
        words.say(f"wave.done_{done.what}", tiers=tiers),
        words.say("wave.fewer", n=done.calls),
        words.say(f"wave.means_{done.what}"),
        words.say("wave.stays" if stays else "wave.until"),
    )
    return Message(text, (section(text), actions(_undo(done, say), lift)))


def _undo(done: Stricter, say: Words) -> Block:
    return button(say.say("button.undo"), ActionId.PLAYBOOK_UNDO, done.made.version.id)


def lifted(done: Stricter, words: Words) -> Message:
    """Confirm that tiers are called again as before."""
    tiers = named(done.tiers, words)
    if not done.made.version.changed:
        text = words.say("wave.not_held", tiers=tiers)
        return only(text)
    text = words.lines(words.say("wave.lifted", tiers=tiers), words.say("wave.back", n=done.calls))
    return Message(text, (section(text), actions(_undo(done, words.plain))))


def difference(key: str, was: Sequence[str], now: Sequence[str], words: Words) -> Safe:
    """Say what a change of the bar in the playbook means; `key` is wave.hold or wave.shorten."""
    what = key.partition(".")[2]
    pairs = (f"now_{what}", set(now) - set(was)), (f"no_{what}", set(was) - set(now))
    said = (
        words.say(f"wave.{name}", tiers=named(sorted(some), words)) for name, some in pairs if some
    )
    return Safe(" ".join(said))


def declined(words: Words) -> Message:
    """Say that nothing changes, and that there is no second question today."""
    text = words.say("wave.declined")
    return only(text)
