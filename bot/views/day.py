"""The numbers of the rep's day as a person reads them: speed, the wave, reminders, meetings."""

from bot.texts import Safe, Words, mention
from rules.playbook import Duty, Playbook


def speed(playbook: Playbook, words: Words) -> list[Safe]:
    """Say the ladder of a lead that waits for its first call, and who is on duty (C1)."""
    rules = playbook.speed
    steps = {
        "nag": words.listed(*(str(one) for one in rules.nag if one)),
        "move": str(rules.move or ""),
        "manager": str(rules.manager or ""),
    }
    taken = [words.say(f"playbook.ladder_{one}", n=at) for one, at in steps.items() if at]
    by_clock = [words.say(f"playbook.climb.{one}") for one in rules.by_clock if steps[one]]
    first, hold, silent = playbook.first_call_minutes, playbook.hold_minutes, rules.silent_moves
    ladder = (
        words.say("playbook.ladder", steps=Safe("; ".join(taken)))
        if taken
        else words.say("playbook.ladder_off")
    )
    clock = words.say("playbook.ladder_clock", steps=Safe(", ".join(by_clock))) if by_clock else ""
    fresh = words.say("playbook.fresh", n=rules.fresh_minutes) if taken else ""
    set_away = words.say("playbook.silent", n=silent) if silent and steps["move"] else ""
    return [
        words.say("playbook.speed", minutes=first, hold=hold),
        ladder,
        Safe(" ".join(one for one in (clock, fresh, set_away) if one)),
        *(_duty(one, words) for one in playbook.duties),
    ]


def _duty(duty: Duty, words: Words) -> Safe:
    reps = Safe(", ".join(map(mention, duty.reps)))
    return words.say("playbook.duty", name=duty.name, reps=reps, hours=duty.hours)


def wave(playbook: Playbook, words: Words) -> list[Safe]:
    """Say when a stricter bar is proposed, and which tiers have one now (C1)."""
    rules = playbook.wave
    times = {"over": f"{rules.over:g}", "under": f"{rules.under:g}"}
    hold, shorten = (", ".join(tiers) for tiers in (rules.hold, rules.shorten))
    cut = words.say("playbook.wave_shorten", n=rules.attempts, tiers=shorten) if shorten else ""
    return [
        words.say("playbook.wave", n=rules.calls_per_hour, **times),
        words.say("playbook.wave_hold", tiers=hold) if hold else Safe(""),
        Safe(cut),
    ]


def followups(playbook: Playbook, words: Words) -> list[Safe]:
    """Say how follow-ups are worked: meetings, reminders, who stands in (L4.1-L4.3)."""
    rep = ", ".join(map(str, playbook.nag_rep))
    away, off = (
        words.say(f"playbook.stand_in.{one}") for one in (playbook.nag_away, playbook.nag_off_shift)
    )
    once = ", ".join(one.name for one in playbook.products if one.one_call)
    return [
        words.say("playbook.meetings", n=playbook.meetings),
        words.say("playbook.one_call", names=once) if once else Safe(""),
        words.say("playbook.nags", rep=rep, manager=playbook.nag_manager),
        words.say("playbook.nags_more", n=playbook.nag_snoozes, away=away, off=off),
    ]
