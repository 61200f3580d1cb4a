"""What is known of a campaign, asked for in Slack: its cost, vendor, banners, a pinned tier."""

from typing import Any
from zlib import crc32

from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Block, ViewId, option, plain
from bot.views.forms import asked, modal
from rules.playbook import Campaign, Playbook
from rules.words import Tier
from rules.written import line_of, row_of

NEW, MEASURED = "new", "measured"
MOST_LISTED = 99
LONGEST = 300
FIELDS = ("cost", "currency", "vendor", "banners")


def mark_of(name: str) -> str:
    """Give what stands for a campaign in a menu, whose values are short."""
    return str(crc32(name.encode())) if name else NEW


def by_mark(playbook: Playbook, mark: str) -> Campaign | None:
    """Give the campaign that a menu's value stands for; None for a new one."""
    return next((one for one in playbook.campaigns if mark_of(one.name) == mark), None)


def campaign_modal(
    chosen: Campaign | None, playbook: Playbook, words: Words, *, version: int
) -> dict[str, Any]:
    """Ask what is known of one campaign; None asks for a new one."""
    say = words.plain
    mark = mark_of(chosen.name if chosen else "")
    row = row_of("campaign", chosen) if chosen else {}
    blocks = [_menu(mark, playbook, say)]
    if chosen is None:
        hint = {"hint": plain(say.say("playbook.campaign_name_hint"))}
        name = asked("name", say.say("playbook.campaign_name"), _input(""), optional=True)
        blocks.append(name | hint)
    blocks += [
        asked(
            f"{key}_{mark}",
            say.say(f"playbook.campaign_{key}"),
            _input(line_of(row.get(key, ""))),
            optional=True,
        )
        for key in FIELDS
    ]
    blocks.append(_tiers(mark, row.get("tier", ""), say))
    meta = {"version": version, "mark": mark, "campaign": chosen.name if chosen else ""}
    return modal(ViewId.PLAYBOOK_CAMPAIGN, say.say("playbook.campaign_label"), blocks, meta, say)


def _menu(mark: str, playbook: Playbook, say: Words) -> Block:
    new = option(say.say("playbook.campaign_new"), NEW)
    names = sorted({one.name for one in playbook.campaigns})[:MOST_LISTED]
    options = [new, *(option(say.say("modal.rep", name=name), mark_of(name)) for name in names)]
    marked = next((one for one in options if one["value"] == mark), new)
    select = {
        "type": "static_select",
        "action_id": ActionId.PLAYBOOK_CAMPAIGN.value,
        "options": options,
        "initial_option": marked,
    }
    return asked("campaign", say.say("playbook.campaign_label"), select, dispatch=True)


def _tiers(mark: str, chosen: str, say: Words) -> Block:
    options = [option(say.say("playbook.measured"), MEASURED)]
    options += [option(say.say("playbook.pinned", tier=Safe(tier)), tier) for tier in Tier]
    marked = next(one for one in options if one["value"] == (chosen or MEASURED))
    select = {
        "type": "static_select",
        "action_id": "value",
        "options": options,
        "initial_option": marked,
    }
    return asked(f"tier_{mark}", say.say("playbook.campaign_tier"), select)


def _input(value: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": "value",
        "max_length": LONGEST,
    }
    return made | ({"initial_value": value} if value else {})
