"""What is read of two leads that may be one person, that are one, that are two again (C2)."""

from bot.near import Different, Listed, Near, Theirs
from bot.one_person import Joined
from bot.parting import Parted
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    only,
    plain,
    section,
    spoken,
)
from bot.views.card import title
from rules.lead import Lead
from rules.phones import masked_email, masked_phone
from storage.likenesses import MERGED, Pair


def question(near: Near, words: Words) -> Message:
    """Ask whether two leads are one person, and say by what it seems so."""
    text = _asked(near, words)
    return Message(spoken(text), (section(text), actions(*_answers(near, words))))


def _asked(near: Near, words: Words) -> Safe:
    signs = [words.say(f"near.sign_{sign}") for sign in near.pair.why.split(",")]
    return words.lines(
        words.say("near.asks", one=title(near.one, words), other=title(near.other, words)),
        words.say("near.because", signs=words.listed(*signs)),
        *(_line(lead, words) for lead in (near.one, near.other)),
    )


def _line(lead: Lead, words: Words) -> Safe:
    """Tell what sets a lead apart; a customer's details stay masked (C5)."""
    return words.join(
        Safe(f"• #{lead.id}"),
        masked_phone(lead.phone) if lead.phone_raw else "",
        masked_email(lead.email),
        lead.city or lead.region,
        words.ago(lead.received_at) if lead.received_at else "",
        mention(lead.owner) if lead.owner else words.say("card.unowned"),
    )


def _answers(near: Near, words: Words) -> list[Block]:
    say, pair = words.plain, near.pair.id
    sure = {
        "title": plain(say.say("near.sure"), 100),
        "text": plain(say.say("near.sure_text", stays=near.one.id, gone=near.other.id), 300),
        "confirm": plain(say.say("near.sure_yes"), 30),
        "deny": plain(say.say("near.sure_no"), 30),
    }
    merge = button(say.say("button.merge"), ActionId.MERGE_SAME, pair, style="primary")
    return [
        merge | {"confirm": sure},
        button(say.say("button.not_same"), ActionId.NOT_SAME, pair),
    ]


def over(pair: Pair, one: Lead, other: Lead, words: Words) -> Message:
    """Say in a question's place what was decided."""
    named = {"one": title(one, words), "other": title(other, words)}
    if pair.state == MERGED:
        text = words.say("near.merged", **named)
    elif pair.actor:
        text = words.say("near.apart", **named, who=mention(pair.actor))
    else:
        text = words.say("near.gone", **named)
    return only(text)


def listed(found: Listed, words: Words) -> Message:
    """List the pairs that wait for an answer; where none does, say how two leads are merged."""
    if not found.pairs:
        return only(words.say("near.none"))
    top = words.say("near.waiting", n=found.count)
    rows = [(_asked(one, words), actions(*_answers(one, words))) for one in found.pairs]
    left = found.count - len(rows)
    more = words.say("day.more", n=left) if left > 0 else Safe("")
    blocks = [block for text, row in rows for block in (section(text), row)]
    text = words.lines(top, *(text for text, _ in rows), more)
    return Message(spoken(text), (section(top), *blocks, *([context(more)] if more else [])))


def joined(done: Joined, words: Words) -> Message:
    """Confirm a merge: which lead stands, whose it is and why, what ended; they can be parted."""
    lead = done.lead
    owner = mention(lead.owner) if lead.owner else Safe("")
    text = words.lines(
        words.say("merge.done", lead=title(lead, words), gone=title(done.gone, words)),
        words.say(f"merge.owner_{done.why}", who=owner),
        words.say(f"merge.ended_{done.ended}") if done.ended else "",
        words.say("merge.cancelled", n=done.cancelled) if done.cancelled else "",
    )
    undo = button(words.plain.say("button.unmerge"), ActionId.UNMERGE, done.gone.id)
    show = button(words.plain.say("button.show"), ActionId.SHOW, lead.id)
    return Message(spoken(text), (section(text), actions(show, undo)))


def parted(done: Parted, words: Words) -> Message:
    """Confirm that two leads are two persons again, and what stayed with the first."""
    named = {"lead": title(done.lead, words), "other": title(done.other, words)}
    text = words.lines(
        words.say("merge.parted", **named),
        words.say("merge.since", lead=title(done.lead, words)) if done.worked else "",
    )
    return _marked(text, done.lead, words, shared=done.shared)


def whose(name: str, lead: Lead, intake_id: int, words: Words) -> Message:
    """Ask whether a form is of the lead to which it was added by its number."""
    text, say = words.say("near.whose", name=name, lead=title(lead, words)), words.plain
    row = actions(
        button(say.say("button.theirs"), ActionId.THEIRS, intake_id),
        button(say.say("button.not_same"), ActionId.NOT_THEIRS, intake_id),
        button(say.say("button.show"), ActionId.SHOW, lead.id),
    )
    return Message(spoken(text), (section(text), row))


def whose_over(lead: Lead, other: Lead, words: Words) -> Message:
    """Say in the question's place whose lead the form became."""
    named = {"lead": title(lead, words), "other": title(other, words)}
    return only(words.say("near.whose_over", **named))


def theirs_over(name: str, lead: Lead, by: str, words: Words) -> Message:
    """Say in the question's place that the form is of the lead, as somebody said."""
    named = {"name": name, "lead": title(lead, words), "who": mention(by)}
    return only(words.say("near.theirs_over", **named))


def theirs(done: Theirs, words: Words) -> Message:
    """Confirm that a form is of the lead that it was added to; the button takes it back."""
    named = {"name": done.name, "lead": title(done.lead, words)}
    text, say = words.say("near.theirs", **named), words.plain
    undo = button(say.say("button.undo"), ActionId.UNDO_THEIRS, done.line)
    show = button(say.say("button.show"), ActionId.SHOW, done.lead.id)
    return Message(spoken(text), (section(text), actions(show, undo)))


def asked_again(done: Theirs, words: Words) -> Message:
    """Say that a lead is without what a form had filled, and ask again whose it is."""
    question = whose(done.name, done.lead, done.intake_id, words)
    text = words.say("near.theirs_undone", lead=title(done.lead, words))
    return Message(f"{spoken(text)}\n{question.text}", (section(text), *question.blocks))


def split(done: Different, words: Words) -> Message:
    """Confirm that a form became another person's lead."""
    named = {"lead": title(done.one, words), "other": title(done.other, words)}
    text = words.lines(words.say("near.split", **named), words.say("merge.shared"))
    show = button(words.plain.say("button.show"), ActionId.SHOW, done.other.id)
    return Message(spoken(text), (section(text), actions(show, _unshare(done.one, words))))


def different(done: Different, words: Words) -> Message:
    """Confirm that two leads are different people."""
    named = {"one": title(done.one, words), "other": title(done.other, words)}
    return _marked(words.say("near.kept_apart", **named), done.one, words, shared=done.shared)


def _marked(text: Safe, lead: Lead, words: Words, *, shared: bool) -> Message:
    """Say something of two people, and where they share a number now, with what takes that off."""
    if not shared:
        return only(text)
    told = words.lines(text, words.say("merge.shared"))
    return Message(spoken(told), (section(told), actions(_unshare(lead, words))))


def _unshare(lead: Lead, words: Words) -> Block:
    return button(words.plain.say("button.unshare"), ActionId.UNSHARE, lead.id)


def with_mark(shown: Message, lead: Lead, words: Words) -> Message:
    """Give a lead's card with a line that its number is shared, and what takes the mark off."""
    text = words.say("near.is_shared")
    row = (section(text), actions(_unshare(lead, words)))
    return Message(f"{shown.text}\n{spoken(text)}", (*shown.blocks, *row))


def unshared(lead: Lead, first: Lead, words: Words) -> Message:
    """Confirm that a number is one person's, and to which lead it leads; it can be taken back."""
    text = words.say("near.unshared", lead=title(first, words))
    again = button(words.plain.say("button.undo"), ActionId.SHARE_AGAIN, lead.id)
    return Message(spoken(text), (section(text), actions(again)))


def shared_again(lead: Lead, words: Words) -> Message:
    """Confirm that a number counts as shared again."""
    text = words.say("near.shared_again", lead=title(lead, words))
    return Message(spoken(text), (section(text), actions(_unshare(lead, words))))
