"""Long lists in Slack: short names of leads, and the buttons that turn a page."""

from dataclasses import replace
from typing import Any

from bot.paging import Page
from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Block, actions, button, clip
from bot.views.card import title
from rules.lead import Lead

LONGEST_NAME = 60


def short_title(lead: Lead, words: Words) -> Safe:
    """Name a lead as always, a very long name cut short."""
    return title(replace(lead, name=clip(lead.name, LONGEST_NAME)), words)


def pager(listed: Page[Any], words: Words) -> list[Block]:
    """Give the row that turns the pages of a list, where it has more than one."""
    if not listed.last:
        return []
    say, number = words.plain, listed.number
    back = button(say.say("button.page_back"), ActionId.PAGE_BACK, f"{listed.name}:{number - 1}")
    left = listed.total - (number + 1) * listed.size
    on = button(
        say.say("button.page_on", n=left), ActionId.HOME_PAGE, f"{listed.name}:{number + 1}"
    )
    return [actions(*([back] if number else []), *([on] if left > 0 else []))]
