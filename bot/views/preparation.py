"""What a rep should know before the call, the last call's notes first (C4, K1-K4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.leads import Shown
from bot.texts import Safe, Words, mention
from bot.views.advice import advice, opening
from bot.views.blocks import clip
from bot.views.history import history_line, settled
from bot.views.tiers import tier_sentence
from rules.lead import Lead
from rules.playbook import Playbook
from rules.sms_codes import meaning_of
from rules.talking import running_for
from rules.words import Channel
from storage.leads import Line
from storage.messages import FAILED, Message

SHORT, WHOLE = 3, 25
LONGEST, LONGEST_WHOLE = 300, 900
ROOM = 2800
WORKED = frozenset({"outcome", "note", "agreed_again"})
REPLIES = {"replied": Channel.SMS, "replied_mail": Channel.EMAIL}
FROM_THEM = frozenset({"wrote", "phone_left", *REPLIES})
OF_MESSAGES = frozenset({"sent_sms", "sent_email", "mail_bounced", "mail_refused"})
SAID = ("promise", "objection")


@dataclass(slots=True)
class Folding:
    """How much of each list is shown; `hidden` counts the lines that are not."""

    most: int
    longest: int
    hidden: int = 0

    def fold(self, lines: Sequence[Safe]) -> Safe:
        """Put lines under each other, as many as there is room for."""
        shown: list[Safe] = []
        for line in lines[: self.most]:
            if shown and sum(map(len, shown)) + len(line) > ROOM:
                break
            shown.append(line)
        self.hidden += len(lines) - len(shown)
        return Safe("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What prepares a call: its paragraphs, shortest first, and the small print beneath."""

    parts: list[Safe]
    small: list[Safe]


def preparation(shown: Shown, words: Words, playbook: Playbook, *, whole: bool = False) -> Prepared:
    """Gather all that is known before a call; its lists are short unless the `whole` is asked.

    Before the first conversation the opening of the lead's kind stands where later the notes do.
    """
    lead, folding = shown.lead, Folding(SHORT, LONGEST)
    if whole:
        folding = Folding(WHOLE, LONGEST_WHOLE)
    known = [clipped(line, folding.longest) for line in _standing(shown.lines)]
    parts = [
        _running(shown, words),
        _calls(known, words, folding),
        *(_said(name, known, words, folding) for name in SAID),
        opening(lead, words) if lead.living and not lead.meetings else "",
        _from_them(lead, known, words, folding),
        _messages(shown, words, folding),
        *advice(lead, words, playbook),
    ]
    rest = [history_line(line, words) for line in known if _is_left(line)]
    tier = tier_sentence(shown.standing, words) if lead.living else ""
    small = [tier, folding.fold(rest), _more(lead, folding, words, whole=whole)]
    return Prepared([Safe(one) for one in parts if one], [Safe(one) for one in small if one])


def _standing(lines: Sequence[Line]) -> list[Line]:
    """Give lines, newest first, without calls that were taken back."""
    return [one for one in settled(lines[::-1]) if one.what != "undone"][::-1]


def clipped(line: Line, longest: int) -> Line:
    """Give a line with its texts short enough to be read between two calls."""
    short = {
        key: clip(value, longest) if isinstance(value, str) else value
        for key, value in line.data.items()
    }
    return replace(line, data=short)


def _running(shown: Shown, words: Words) -> Safe:
    """Say that somebody is on the phone with them, and since when."""
    lead = shown.lead
    if lead.talking_at is None or running_for(lead, now=shown.now) is None:
        return Safe("")
    return words.say("card.running", who=mention(lead.talking_by), ago=words.ago(lead.talking_at))


def _calls(known: list[Line], words: Words, folding: Folding) -> Safe:
    """Tell the calls: the last note, then the newest; those without a note are left out first.

    What was said stands in lists of its own.
    """
    worked = [replace(one, data=_without_said(one)) for one in known if one.what in WORKED]
    with_notes = [one for one in worked if one.data.get("note") or one.data.get("text")]
    bare = [one for one in worked if one.what != "note" and one not in with_notes]
    told = (*with_notes, *bare)[: folding.most]
    folding.hidden += len(with_notes) + len(bare) - len(told)
    newest = [one for one in worked if one in told[1:]]
    lines = [history_line(one, words) for one in (*told[:1], *newest)]
    return words.say("card.calls", calls=folding.fold(lines)) if lines else Safe("")


def _without_said(line: Line) -> dict[str, object]:
    return {key: value for key, value in line.data.items() if key not in SAID}


def _said(name: str, known: list[Line], words: Words, folding: Folding) -> Safe:
    """Tell what was promised, or which objections were heard, with its moment."""
    lines = [
        words.join(words.say("history.quoted", text=text), words.standing(line.at))
        for line in known
        if (text := line.data.get(name))
    ]
    return words.say(f"card.{name}", said=folding.fold(lines)) if lines else Safe("")


def _from_them(lead: Lead, known: list[Line], words: Words, folding: Folding) -> Safe:
    """Tell what they wrote and asked for, and who sent them."""
    lines = [history_line(line, words) for line in known if _is_from_them(line)]
    return words.lines(
        words.say("card.note", text=clip(lead.note, folding.longest)) if lead.note else "",
        words.say("card.referrer", name=lead.referrer) if lead.referrer else "",
        words.say("card.from_them", lines=folding.fold(lines)) if lines else "",
    )


def _is_from_them(line: Line) -> bool:
    return line.what in FROM_THEM or line.what.startswith("asked_")


def _messages(shown: Shown, words: Words, folding: Folding) -> Safe:
    """Tell what we sent, and what became of it."""
    answered = _answered(shown)
    lines = [
        words.join(words.standing(one.at), _message(one, words, answered=one.id in answered))
        for one in shown.messages
    ]
    return words.say("card.messages", lines=folding.fold(lines)) if lines else Safe("")


def _message(sent: Message, words: Words, *, answered: bool) -> Safe:
    if sent.state == FAILED and sent.channel == Channel.SMS:
        return words.say(f"history.sms_failed_{meaning_of(sent.code)}", code=sent.code or "-")
    if sent.state == FAILED:
        return words.say("history.mail_refused", code=sent.code or "-")
    return words.say(f"card.{sent.channel}_{'answered' if answered else sent.state}")


def _answered(shown: Shown) -> set[int]:
    """Give the messages that were answered: each reply is to the newest one before it."""
    found: set[int] = set()
    for line in shown.lines:
        channel = REPLIES.get(line.what)
        before = [one.id for one in shown.messages if one.channel == channel and one.at <= line.at]
        found.update(before[:1])
    return found


def _is_left(line: Line) -> bool:
    """Say whether a line stands in none of the lists above the small print."""
    told = line.what in WORKED | OF_MESSAGES or line.what.startswith("sms_failed_")
    return not told and not _is_from_them(line)


def _more(lead: Lead, folding: Folding, words: Words, *, whole: bool) -> Safe:
    if not folding.hidden:
        return Safe("")
    return words.say("card.older" if whole else "card.more", n=folding.hidden, id=lead.id)
