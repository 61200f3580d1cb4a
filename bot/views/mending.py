"""A wrong number on the card: what may mend it, or what must be asked (L5.2)."""

from bot.mending import Mend
from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Block, actions, button, section
from rules.lead import Lead
from rules.phones import read_phone, shown_phone
from rules.repair import Repair


def mend_blocks(lead: Lead, mend: Mend, words: Words) -> list[Block]:
    """Give a paragraph with a button for each number that may be right, and one to refuse all."""
    told = [section(words.say(f"repair.{mend.question}"))] if mend.question else []
    if not mend.repairs:
        return told
    none = button(words.plain.say("repair.none_of_these"), ActionId.REFUSE_NUMBERS, lead.id)
    proposed = [_proposed(lead, one, words, home=mend.home) for one in mend.repairs]
    return [*told, *proposed, actions(none)]


def mend_lines(mend: Mend, words: Words) -> Safe:
    """Say the same for a screen reader: what to ask, and the numbers with their reasons."""
    asked = words.say(f"repair.{mend.question}") if mend.question else ""
    return words.lines(asked, *(_line(one, words, home=mend.home) for one in mend.repairs))


def _proposed(lead: Lead, repair: Repair, words: Words, *, home: str) -> Block:
    use = words.plain.say("repair.use", phone=_shown(repair.e164, home=home))
    value = f"{lead.id}:{repair.e164}"
    accessory = button(use, ActionId.USE_NUMBER, value)
    return section(_line(repair, words, home=home)) | {"accessory": accessory}


def _line(repair: Repair, words: Words, *, home: str) -> Safe:
    why = words.say(f"repair.why_{repair.rule}")
    return words.say("repair.perhaps", phone=_shown(repair.e164, home=home), why=why)


def _shown(e164: str, *, home: str) -> str:
    return shown_phone(read_phone(e164, region=home), region=home)
