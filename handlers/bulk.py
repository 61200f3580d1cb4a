"""Moving many leads of a rep at once: the modal, its counts, and taking it back (C3)."""

import json
from typing import Any

from bot import bulk
from bot.views import bulk as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, UpdateModal, answering
from rules.bulk import Part


def open_modal(click: Click) -> Answer:
    """Ask which of a rep's leads go to whom."""
    act = click.act
    found = bulk.portfolio(act.desk, click.value, by=act.who.slack_id)
    view = views.bulk_modal(found, act.who.words, chosen={})
    return OpenModal(answering(view, click.body))


def choose(click: Click) -> Answer:
    """Count what was chosen anew."""
    act, view = click.act, click.body["view"]
    meta = json.loads(view["private_metadata"])
    chosen = _chosen(view)
    found = bulk.portfolio(act.desk, meta["rep"], _part(chosen), by=act.who.slack_id)
    changed = views.bulk_modal(found, act.who.words, chosen=chosen)
    kept = changed | {"private_metadata": json.dumps(meta)}
    return UpdateModal(view["id"], view["hash"], kept)


def _chosen(view: dict[str, Any]) -> dict[str, str]:
    states = view["state"]["values"].items()
    picked = {block: next(iter(one.values())).get("selected_option") for block, one in states}
    return {block: one["value"] for block, one in picked.items() if one}


def _part(chosen: dict[str, Any]) -> Part:
    named = {name: chosen.get(name, views.ALL) for name in ("kind", "tier", "stage")}
    return Part(**{name: "" if one == views.ALL else one for name, one in named.items()})


def submit(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Begin to move what was chosen."""
    to = values["to"]
    found = bulk.begin(
        act.desk,
        meta["rep"],
        by=act.who.slack_id,
        to=bulk.ROTATION if to == views.ALL else to,
        part=_part(values),
        key=act.key,
    )
    return views.begun(found, act.who.words)


def take_back(click: Click) -> Answer:
    """Take a move back."""
    act = click.act
    run = bulk.take_back(act.desk, click.value, by=act.who.slack_id, key=act.key)
    return Say(views.undoing(run, act.who.words))
