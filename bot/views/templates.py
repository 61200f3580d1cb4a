"""The texts that customers get, written in Slack: chosen, shown filled, counted as SMS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from bot.texts import LOCALES, Safe, Words, is_hebrew, load
from bot.views.blocks import (
    ActionId,
    Block,
    ViewId,
    actions,
    button,
    context,
    option,
    plain,
    section,
)
from bot.views.forms import asked, modal
from rules.playbook import Playbook
from rules.segments import count
from rules.templates import FIELDS, Fault, Moment, Template, channel_of, faults, fields_of, filled
from rules.words import Channel, Kind

ANY = "any"
LONGEST_TEXT = 3000
LONGEST_SUBJECT = 150
SAMPLE_LINK = "https://…"
SAMPLE_PHONE = "03-555-1234"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which text is written: `language` and `kind` of "" are any."""

    moment: Moment = Moment.SMS_FIRST
    language: str = ""
    kind: str = ""

    @property
    def mark(self) -> str:
        """A name by which its fields differ from those of another choice."""
        return str(crc32(f"{self.moment}:{self.language}:{self.kind}".encode()))

    @property
    def is_sms(self) -> bool:
        """Whether it leaves as SMS, without a subject."""
        return channel_of(self.moment) is Channel.SMS

    def template(self, text: str, subject: str) -> Template:
        """Make a template of a text for this choice."""
        subject = "" if self.is_sms else subject
        return Template(self.moment, text, self.language, self.kind, subject)

    def among(self, templates: Sequence[Template]) -> Template | None:
        """Give the text that managers wrote for exactly this, or None."""
        wanted = self.moment, self.language, self.kind
        return next(
            (one for one in templates if (one.moment, one.language, one.kind) == wanted), None
        )


def built_in(choice: Choice, *, locale: str) -> Template:
    """Give the built-in text of a moment in a language; an empty one where there is none."""
    texts = load(choice.language or locale)
    key = f"{'sms' if choice.is_sms else 'mail'}.{choice.moment}"
    text = texts.get(key) or texts.get(f"{key}_1", "")
    subject = texts.get(f"{key}_subject") or texts.get(f"{key}_1_subject", "")
    made = choice.template(text, subject)
    return replace(made, text="", subject="") if text and faults(made) else made


def text_modal(
    choice: Choice,
    playbook: Playbook,
    words: Words,
    *,
    version: int,
    rep: str,
    now: datetime,
    written: Template | None = None,
) -> dict[str, Any]:
    """Ask for the text of one moment, language and kind, and show how it will be read.

    `written` is what stands typed, `rep` who signs the example, `now` its moment (UTC).
    """
    say = words.plain
    own = choice.among(playbook.templates)
    stands = written or own or built_in(choice, locale=words.locale)
    is_own = words.say("playbook.set_here" if own else "playbook.set_built_in")
    known = ", ".join(f"{{{name}}}" for name in FIELDS if name in fields_of(choice.moment))
    blocks = [
        *_choices(choice, say),
        context(words.lines(is_own, words.say("playbook.fields", fields=known))),
        *_written(choice, stands, say),
        actions(button(say.say("button.preview"), ActionId.PLAYBOOK_PREVIEW, choice.mark)),
        *(preview_of(stands, playbook, words, rep=rep, now=now) if stands.text else ()),
    ]
    meta = {"version": version}
    return modal(ViewId.PLAYBOOK_TEXT, say.say("playbook.text_label"), blocks, meta, say)


def _choices(choice: Choice, say: Words) -> list[Block]:
    moments = {one.value: say.say(f"playbook.moment.{one}") for one in Moment}
    languages = {ANY: say.say("playbook.any_language")}
    languages |= {one: say.say(f"playbook.language.{one}") for one in LOCALES}
    kinds = {ANY: say.say("playbook.any_kind")}
    kinds |= {one.value: say.say(f"kind.{one}") for one in Kind}
    return [
        _select("moment", say.say("playbook.moment_label"), moments, choice.moment),
        _select("language", say.say("playbook.language_label"), languages, choice.language),
        _select("kind", say.say("playbook.kind_label"), kinds, choice.kind),
    ]


def _select(block: str, label: str, names: Mapping[str, str], chosen: str) -> Block:
    options = [option(name, value) for value, name in names.items()]
    marked = next(one for one in options if one["value"] == (chosen or ANY))
    select = {
        "type": "static_select",
        "action_id": ActionId.PLAYBOOK_TEXT.value,
        "options": options,
        "initial_option": marked,
    }
    return asked(block, label, select, dispatch=True)


def _written(choice: Choice, stands: Template, say: Words) -> list[Block]:
    if len(stands.text) > LONGEST_TEXT:
        return [section(say.say("playbook.too_long_here"))]
    text = _input(stands.text, LONGEST_TEXT, multiline=True)
    hint = {"hint": plain(say.say("playbook.text_hint"))}
    label = say.say("playbook.text_label")
    field = asked(f"text_{choice.mark}", label, text, optional=True) | hint
    if choice.is_sms:
        return [field]
    subject = _input(stands.subject, LONGEST_SUBJECT, multiline=False)
    label = say.say("playbook.subject_label")
    return [asked(f"subject_{choice.mark}", label, subject, optional=True), field]


def _input(value: str, longest: int, *, multiline: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": "value",
        "max_length": longest,
        "multiline": multiline,
    }
    return made | ({"initial_value": value} if value else {})


def preview_of(
    written: Template, playbook: Playbook, words: Words, *, rep: str, now: datetime
) -> list[Block]:
    """Show a text as a customer would read it, an SMS with its segments; or what is wrong."""
    wrong = faults(written)
    if wrong:
        return [context(words.lines(*fault_lines(wrong, words)))]
    language = written.language or words.locale
    values = _sample(playbook, Words(language, words.zone, mrkdwn=False), rep=rep, now=now)
    text = filled(written.text, values) or ""
    subject = filled(written.subject, values) or ""
    shown = f"{subject}\n\n{text}" if subject else text
    blocks = [section(words.say("playbook.preview")), {"type": "section", "text": plain(shown)}]
    sms = channel_of(written.moment) is Channel.SMS
    return [*blocks, context(segments_line(text, words))] if sms else blocks


def segments_line(text: str, words: Words) -> Safe:
    """Say what a text costs as SMS: '2 SMS segments (Hebrew, 118 of 134)' (L2)."""
    found = count(text)
    other = "hebrew" if is_hebrew(text) else "unicode"
    letters = words.say("playbook.gsm" if found.encoding == "GSM-7" else f"playbook.{other}")
    total = found.units + found.left
    return words.say(
        "playbook.segments", n=found.segments, letters=letters, units=found.units, total=total
    )


def fault_lines(wrong: Sequence[Fault], words: Words) -> list[Safe]:
    """Say what keeps a text from being used."""
    return [words.say(f"playbook.fault.{one.key}", **one.params) for one in wrong]


def _sample(playbook: Playbook, words: Words, *, rep: str, now: datetime) -> dict[str, str]:
    tomorrow = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    return {
        "name": words.say("playbook.sample_name"),
        "phone": playbook.callback_phone or SAMPLE_PHONE,
        "sender": playbook.sender_name,
        "rep": rep,
        "product": words.say("playbook.sample_product"),
        "campaign": words.say("playbook.campaign_label"),
        "when": words.when(tomorrow, now=now),
        "link": SAMPLE_LINK,
        "referrer": words.say("playbook.sample_referrer"),
    }
