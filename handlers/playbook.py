"""`/lead playbook`: a manager looks at the method's numbers and texts, and changes them."""

import json
from typing import Any

from bot import playbooks
from bot.views import playbook as views
from bot.views.blocks import Message
from bot.views.campaigns import FIELDS, MEASURED, NEW, by_mark, campaign_modal
from bot.views.templates import ANY, Choice, built_in, fault_lines, text_modal
from handlers.act import Act
from handlers.answers import Answer, Click, Errors, OpenModal, Say, UpdateModal, answering
from rules.acts import ShowPlaybook
from rules.allowed import NotAllowed
from rules.overlay import key_of
from rules.playbook_keys import KEYS, LISTS
from rules.refusals import Refused
from rules.templates import Moment, Template, faults
from rules.written import data_of, read_line

Values = dict[str, Any]


def show(act: Act, _: ShowPlaybook) -> Message:
    """Show the playbook (L1.2)."""
    desk, now = act.desk, act.desk.clock()
    newest = playbooks.newest(desk, act.who.slack_id)
    low = desk.present.low_answer_mode
    return views.shown(desk.playbook, newest, act.who.words, low_answer=low, now=now)


def open_section(click: Click) -> Answer:
    """Ask for the values of the section that was chosen."""
    name = click.body["actions"][0]["selected_option"]["value"]
    if name not in KEYS:
        raise Refused("button.stale")
    version = _version(click.act)
    book, words = click.act.desk.playbook, click.act.who.words
    view = views.section_modal(name, book, words, version=version)
    return OpenModal(answering(view, click.body))


def _version(act: Act) -> int:
    """Give the version that a modal will show; raises Refused for all but managers."""
    playbooks.check_manager(act.desk, act.who.slack_id)
    return act.desk.present.version


def submit_section(act: Act, meta: Values, values: Values) -> Message | Errors:
    """Change what was changed in a section's fields; the rest stays as others may have made it."""
    name, words = meta["section"], act.who.words.plain
    present = data_of(act.desk.playbook)[name]
    changes: Values = {}
    errors: dict[str, str] = {}
    for key, was in meta["was"].items():
        typed = (values.get(key) or "").strip()
        if views.mark(typed) == was:
            continue
        try:
            changes[f"{name}.{key}"] = _read(name, key, typed, like=present[key])
        except NotAllowed as fault:
            errors[key] = views.must_be(fault, words)
    if errors:
        return Errors(errors)
    fields = {f"{name}.{key}": key for key in meta["was"]}
    return _change(act, changes, meta, fields)


def _read(name: str, key: str, typed: str, *, like: Any) -> Any:
    """Read a field; an empty one is None, the file's value, but where a text may be empty."""
    if not typed and not isinstance(like, str):
        return None
    data = read_line(typed, like=like)
    KEYS[name][key].read(data)
    return data


def _change(act: Act, changes: Values, meta: Values, fields: dict[str, str]) -> Message | Errors:
    """Store changes and confirm them; `fields` are the modal's, by the keys that faults name."""
    try:
        made = playbooks.change(
            act.desk, act.who.slack_id, changes, seen=meta["version"], key=act.key
        )
    except Refused as refused:
        if refused.key != "playbook.faults":
            raise
        said = str(refused.params["faults"])
        named = [key for key in fields if key in said]
        touched = [key for key in fields if key in changes]
        [where, *_] = [*(key for key in named if key in touched), *touched, *named, *fields]
        return Errors({fields[where]: views.faults_said(refused.params, act.who.words.plain)})
    return views.changed(made, act.who.words)


def open_texts(click: Click) -> Answer:
    """Ask for a customers' text."""
    return OpenModal(answering(_text_view(click, Choice()), click.body))


def _text_view(click: Click, choice: Choice, *, written: Template | None = None) -> dict[str, Any]:
    version, act = _version(click.act), click.act
    return text_modal(
        choice,
        act.desk.playbook,
        act.who.words,
        version=version,
        rep=act.who.rep.name if act.who.rep else "",
        now=act.desk.clock(),
        written=written,
    )


def choose_text(click: Click) -> Answer:
    """Show the text of another moment, language or kind."""
    return _updated(click, _text_view(click, _choice(_state(click))))


def preview_text(click: Click) -> Answer:
    """Show the text that stands typed as a customer would read it."""
    values = _state(click)
    choice = _choice(values)
    return _updated(click, _text_view(click, choice, written=_typed(choice, values)))


def _updated(click: Click, view: dict[str, Any]) -> Answer:
    before = click.body["view"]
    kept = json.loads(before["private_metadata"]).get("answer", "")
    meta = json.loads(view["private_metadata"]) | {"answer": kept}
    changed = view | {"private_metadata": json.dumps(meta)}
    return UpdateModal(before["id"], before["hash"], changed)


def _state(click: Click) -> Values:
    """Give what stands in a modal's fields while it is still open."""
    found: Values = {}
    for block, elements in click.body["view"]["state"]["values"].items():
        for state in elements.values():
            option = state.get("selected_option")
            found[block] = option["value"] if option else state.get("value")
    return found


def _choice(values: Values) -> Choice:
    language, kind = ("" if values[one] == ANY else values[one] for one in ("language", "kind"))
    return Choice(Moment(values["moment"]), language, kind)


def _typed(choice: Choice, values: Values) -> Template:
    text, subject = (values.get(f"{one}_{choice.mark}") or "" for one in ("text", "subject"))
    return choice.template(text.strip(), subject.strip())


def submit_text(act: Act, meta: Values, values: Values) -> Message | Errors:
    """Store a customers' text; an emptied one goes back to the built-in text."""
    choice, words = _choice(values), act.who.words
    if f"text_{choice.mark}" not in values:
        return Errors({"moment": words.plain.say("playbook.again")})
    typed = _typed(choice, values)
    own = choice.among(act.desk.playbook.templates)
    row = {"moment": choice.moment, "language": choice.language, "kind": choice.kind}
    fields = {one: f"{one}_{choice.mark}" for one in ("subject", "text")}
    if choice.is_sms:
        del fields["subject"]
    if not typed.text or (own is None and typed == built_in(choice, locale=words.locale)):
        return _change(act, {key_of("template", row): None}, meta, fields)
    wrong = faults(typed)
    if wrong:
        return Errors(
            {
                field: words.plain.lines(*fault_lines(of_part, words.plain))
                for part, field in fields.items()
                if (of_part := [one for one in wrong if one.part == part])
            }
        )
    value = row | {"text": typed.text, "subject": typed.subject or None}
    return _change(act, {key_of("template", row): value}, meta, fields)


def open_campaigns(click: Click) -> Answer:
    """Ask what is known of a campaign."""
    version, act = _version(click.act), click.act
    first = next(iter(sorted(act.desk.playbook.campaigns, key=lambda one: one.name)), None)
    view = campaign_modal(first, act.desk.playbook, act.who.words, version=version)
    return OpenModal(answering(view, click.body))


def choose_campaign(click: Click) -> Answer:
    """Show another campaign, or the fields of a new one."""
    version, act = _version(click.act), click.act
    chosen = by_mark(act.desk.playbook, _state(click)["campaign"])
    view = campaign_modal(chosen, act.desk.playbook, act.who.words, version=version)
    return _updated(click, view)


def submit_campaign(act: Act, meta: Values, values: Values) -> Message | Errors:
    """Store what is known of a campaign."""
    mark, words = meta["mark"], act.who.words.plain
    if values["campaign"] != mark:
        return Errors({"campaign": words.say("playbook.again")})
    name = meta["campaign"] or " ".join((values.get("name") or "").split())
    if mark == NEW and not name:
        return Errors({"name": words.say("playbook.campaign_name_needed")})
    tier = values[f"tier_{mark}"]
    row: Values = {"tier": None if tier == MEASURED else tier}
    errors: dict[str, str] = {}
    for key in FIELDS:
        typed = (values.get(f"{key}_{mark}") or "").strip()
        try:
            row[key] = _read_campaign(key, typed) if typed else None
        except NotAllowed as fault:
            errors[f"{key}_{mark}"] = views.must_be(fault, words)
    if errors:
        return Errors(errors)
    key = key_of("campaign", {"name": name})
    return _change(act, {key: row}, meta, {key: f"cost_{mark}"})


def _read_campaign(key: str, typed: str) -> Any:
    data = read_line(typed, like={"cost": 0.0, "banners": []}.get(key, ""))
    LISTS["campaign"].keys[key](data)
    return data


def history(click: Click) -> Answer:
    """List what was changed, when and by whom."""
    act = click.act
    found = playbooks.history(act.desk, act.who.slack_id)
    return Say(views.history(found, act.who.words, now=act.desk.clock()))


def revert(click: Click) -> Answer:
    """Go back to an older version."""
    act = click.act
    made = playbooks.revert(act.desk, act.who.slack_id, click.number, key=act.key)
    return Say(views.changed(made, act.who.words))


def undo(click: Click) -> Answer:
    """Take one change back."""
    act = click.act
    made = playbooks.undo(act.desk, act.who.slack_id, click.number, key=act.key)
    return Say(views.changed(made, act.who.words), instead=True)
