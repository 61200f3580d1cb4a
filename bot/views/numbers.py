"""The playbook's numbers as a person reads them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from babel.dates import get_day_names

from bot.texts import Safe, Words
from bot.views import day
from bot.views.blocks import clip
from rules.cadence import Slot, read_slot
from rules.hours import DayWindow
from rules.overlay import split
from rules.playbook import REQUIRED, Campaign, Playbook
from rules.playbook_keys import LISTS
from rules.templates import Template
from rules.words import Kind, Layer
from rules.written import line_of, row_of

LISTED = 10
LONGEST_VALUE = 300


def paragraphs(playbook: Playbook, words: Words, *, low_answer: bool) -> list[Safe]:
    """Say the whole playbook; `low_answer` is whether that mode holds now (L1.2)."""
    return [
        _plans(playbook, words),
        words.lines(*_hours(playbook, words), *_rest(playbook, words)),
        words.lines(*_tiers(playbook, words), _low_answer(playbook, words, on=low_answer)),
        words.lines(*_messages(playbook, words)),
        words.lines(*day.speed(playbook, words)),
        words.lines(*day.wave(playbook, words)),
        words.lines(*day.followups(playbook, words), _digest(playbook, words)),
        words.lines(*_team(playbook, words)),
        _campaigns(playbook.campaigns, words),
        _texts(playbook.templates, words),
    ]


def _plans(playbook: Playbook, words: Words) -> Safe:
    plans = [
        words.say("playbook.plan", tier=Safe(tier), n=len(slots), slots=slots_said(slots, words))
        for tier, slots in playbook.plans.items()
    ]
    days, n = playbook.unavailable_days, playbook.unavailable_tries
    unavailable = words.say("playbook.unavailable", days=days, n=n)
    return words.lines(words.say("playbook.plans"), *plans, unavailable)


def slots_said(slots: Sequence[Slot], words: Words) -> Safe:
    """Say a call plan: 'now, +30 min, next morning, day 3, 5, 8'."""
    said = []
    for before, slot in zip([None, *slots], slots, strict=False):
        goes_on = before is not None and before.day and not before.part
        bare = slot.day and not slot.part and goes_on
        said.append(str(slot.day) if bare else _slot(slot, words))
    return Safe(", ".join(said))


def _slot(slot: Slot, words: Words) -> Safe:
    part = f"_{slot.part}" if slot.part else ""
    if slot.after is None:
        key = "day" if slot.day else "next"
        return words.say(f"playbook.slot.{key}{part}", n=slot.day or 0)
    minutes = round(slot.after.total_seconds() / 60)
    if not minutes:
        return words.say("playbook.slot.now")
    for size, unit in ((24 * 60, "days"), (60, "hours")):
        if minutes % size == 0:
            return words.say(f"playbook.slot.{unit}", n=minutes // size)
    return words.say("playbook.slot.minutes", n=minutes)


def _hours(playbook: Playbook, words: Words) -> list[Safe]:
    parts = {name: _span(window) for name, window in playbook.parts.items()}
    calling, quiet = _span(playbook.calling), _span(playbook.quiet)
    return [
        words.say("playbook.hours", calling=calling, quiet=quiet),
        words.say("playbook.parts", **parts),
    ]


def _span(window: DayWindow) -> str:
    return f"{window.start:%H:%M}-{window.end:%H:%M}"


def _rest(playbook: Playbook, words: Words) -> list[Safe]:
    rest = playbook.rest
    weekly = (
        words.say("playbook.rest_shabbat", before=rest.before_minutes, after=rest.after_minutes)
        if rest.weekly == "shabbat"
        else words.say("playbook.rest_weekdays")
    )
    country = rest.holidays
    holidays = (
        words.say("playbook.rest_holidays", country=country)
        if country
        else words.say("playbook.rest_no_holidays")
    )
    also = words.say("playbook.rest_also", days=_dates(rest.also)) if rest.also else Safe("")
    worked = words.say("playbook.rest_not_on", days=_dates(rest.not_on)) if rest.not_on else ""
    return [weekly, holidays, also, Safe(worked)]


def _dates(days: Iterable[Any]) -> str:
    return ", ".join(one.isoformat() for one in days)


def _tiers(playbook: Playbook, words: Words) -> list[Safe]:
    rules = playbook.tiers
    steps = {name: f"{getattr(rules, name):g}" for name in ("a", "b", "c")}
    kinds = [
        words.join(Safe(f"{words.say(f'kind.{kind}')} {rules.kinds[kind]:g}×"))
        for kind in sorted(rules.kinds, key=lambda one: -rules.kinds[one])
    ]
    how = {"n": rules.least_leads, "days": rules.window_days, "kinds": Safe(", ".join(kinds))}
    return [words.say("playbook.tiers", **steps), words.say("playbook.tiers_how", **how)]


def _low_answer(playbook: Playbook, words: Words, *, on: bool) -> Safe:
    low = playbook.low_answer
    now = words.say("playbook.now_on" if on else "playbook.now_off")
    said = words.say(
        f"playbook.low_answer_{low.mode}",
        below=words.percent(low.below),
        above=words.percent(low.above),
        n=low.calls,
        now=now,
    )
    if low.mode != "on" or not low.left_out:
        return said
    left = words.say("playbook.low_answer_left", part=words.percent(low.left_out))
    return words.join(said, left)


def _messages(playbook: Playbook, words: Words) -> list[Safe]:
    day, week = playbook.per_day, playbook.per_week
    names = [words.say(f"playbook.moment.{layer}") for layer in playbook.advertising]
    return [
        words.say("playbook.messages", seconds=playbook.undo_seconds, day=day, week=week),
        words.say("playbook.mail", n=playbook.offer_after, days=playbook.mailing_days),
        words.say("playbook.consent_service", kinds=_needed(playbook.service, words)),
        words.say("playbook.consent_marketing", kinds=_needed(playbook.marketing, words)),
        words.say(
            "playbook.advertising", messages=Safe(", ".join(names)) or words.say("playbook.nobody")
        ),
    ]


def _needed(consents: Mapping[Kind, str], words: Words) -> Safe:
    kinds = [words.say(f"kind.{kind}") for kind, one in consents.items() if one == REQUIRED]
    return Safe(", ".join(kinds)) or words.say("playbook.nobody")


def _digest(playbook: Playbook, words: Words) -> Safe:
    names = get_day_names("wide", locale=words.locale)
    weekday = Safe(names[playbook.digest_weekday])
    return words.say("playbook.digest", day=weekday, at=f"{playbook.digest_at:%H:%M}")


def _team(playbook: Playbook, words: Words) -> list[Safe]:
    phone, sender, address = playbook.callback_phone, playbook.sender_name, playbook.address
    return [
        words.say("playbook.team", phone=phone, sender=sender)
        if phone
        else words.say("playbook.no_phone", sender=sender),
        words.say("playbook.address", address=address)
        if address
        else words.say("playbook.no_address"),
    ]


def _campaigns(campaigns: Sequence[Campaign], words: Words) -> Safe:
    if not campaigns:
        return words.say("playbook.no_campaigns")
    lines = [Safe(f"• {campaign_said(row_of('campaign', one), words)}") for one in campaigns]
    return _listed(words.say("playbook.campaigns", n=len(lines)), lines, words)


def _texts(templates: Sequence[Template], words: Words) -> Safe:
    if not templates:
        return words.say("playbook.no_texts")
    lines = [Safe(f"• {text_said(one.moment, one.language, one.kind, words)}") for one in templates]
    return _listed(words.say("playbook.texts", n=len(lines)), lines, words)


def _listed(top: Safe, lines: Sequence[Safe], words: Words) -> Safe:
    rest = len(lines) - LISTED
    more = words.say("playbook.more", n=rest) if rest > 0 else ""
    return words.lines(top, *lines[:LISTED], more)


def campaign_said(row: Mapping[str, Any], words: Words) -> Safe:
    """Say what is known of a campaign, on one line."""
    cost = f"{row['cost']:g} {row.get('currency', '')}".strip() if "cost" in row else ""
    tier = words.say("playbook.pinned", tier=row["tier"]) if row.get("tier") else ""
    banners = ", ".join(row.get("banners", ()))
    parts = (row["name"], cost, row.get("vendor", ""), banners, tier)
    return words.join(*(clip(one, LONGEST_VALUE) if one is not tier else one for one in parts))


def text_said(moment: str, language: str, kind: str, words: Words) -> Safe:
    """Say for what a text is: its moment, language and kind."""
    return words.join(
        words.say(f"playbook.moment.{moment}"),
        words.say(f"playbook.language.{language}" if language else "playbook.any_language"),
        words.say(f"kind.{kind}" if kind else "playbook.any_kind"),
    )


def label_of(key: str, words: Words) -> Safe:
    """Name what a key of an overlay is about: 'Call plans: Tier A', 'Campaign: Facebook'."""
    name, inner = split(key)
    top = words.say(f"playbook.section.{name}")
    if name == "template":
        moment, language, kind = [*inner.split(":"), "", ""][:3]
        return words.join(top, text_said(moment, language, kind, words))
    if name in LISTS:
        return words.join(top, clip(inner, LONGEST_VALUE))
    return words.join(top, words.say(f"playbook.key.{name}.{inner}"))


def value_said(key: str, value: Any, words: Words) -> Safe | str:  # noqa: ANN401 - as its key says
    """Say a value of the playbook's data as it stands at a key of an overlay."""
    name, inner = split(key)
    if name == "template":
        return words.say("playbook.built_in") if value is None else _quoted(value["text"])
    if name == "plan" and isinstance(value, list):
        return slots_said([slot for slot in map(read_slot, value) if slot], words)
    if value in (None, "", []):
        return words.say("playbook.unset")
    if name == "campaign":
        return campaign_said(value, words)
    if key == "consent.advertising":
        return Safe(", ".join(words.say(f"playbook.moment.{Layer(one)}") for one in value))
    return _quoted(line_of(value) if inner else str(value))


def _quoted(text: str) -> str:
    return clip(" ".join(text.split()), LONGEST_VALUE)
