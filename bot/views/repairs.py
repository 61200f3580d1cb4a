"""What became of a wrong number: put right, none of the proposed, taken back (L5.2)."""

from bot.repairs import Declined, Mended
from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Message, actions, button, only, section
from rules.phones import shown_phone


def mended(done: Mended, name: Safe, words: Words) -> Message:
    """Confirm the number that is called from now on; the button takes it back."""
    lead = done.lead
    phone = shown_phone(lead.phone, region=done.home)
    text = words.lines(
        words.say("repair.mended", lead=name, phone=phone),
        words.say("repair.called", when=words.standing(lead.next_at)) if lead.next_at else "",
    )
    if not done.line:
        return only(text)
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_NUMBER, done.line)
    return Message(text, (section(text), actions(undo)))


def declined(done: Declined, name: Safe, words: Words) -> Message:
    """Confirm that no proposed number is right, and say how the right one may come."""
    asked = words.say(f"repair.{done.question}") if done.question else ""
    by_hand = words.say("repair.by_hand", id=done.lead.id)
    return only(words.lines(words.say("repair.declined", lead=name), asked, by_hand))


def restored(name: Safe, words: Words) -> Message:
    """Confirm that the number is as it was."""
    return only(words.say("repair.restored", lead=name))
