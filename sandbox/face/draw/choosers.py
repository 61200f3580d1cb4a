"""Menus, checkboxes and radio buttons."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.face.draw.emojis import with_emoji
from sandbox.face.draw.scene import (
    Scene,
    dicts,
    group_naming,
    is_input,
    many,
    marks,
    naming,
    placeholder,
    words_html,
)
from sandbox.face.draw.tags import Attrs, Html, esc, join, tag
from sandbox.reading import Element, Json, text_of


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that can be chosen; ``words`` as HTML."""

    value: str
    text: str
    words: Html


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Things to choose from, under a label when they stand in a group of their own."""

    label: str = ""
    rows: Sequence[Choice]


def select(element: Element, scene: Scene) -> Html:
    """Draw a menu of one choice."""
    held = _value(scene.held(element))
    hint = tag("option", {"value": ""}, placeholder(element, scene))
    options = [_options(choices, held) for choices in _offered(element, scene, {held} - {""})]
    focus = {"autofocus": element.raw.get("focus_on_load") is True}
    given = {**marks(element, scene), **naming(element, scene), **focus, "dir": "auto"}
    return tag("select", {"class": "select", **given}, hint, *options)


def _options(choices: Choices, held: str) -> Html:
    drawn = [
        tag("option", {"value": row.value, "selected": row.value == held}, row.text)
        for row in choices.rows
    ]
    return tag("optgroup", {"label": choices.label}, *drawn) if choices.label else join(drawn)


def multi(element: Element, scene: Scene) -> Html:
    """Draw a menu of many choices: what is chosen as chips, and a list to tick."""
    held = [_value(one) for one in scene.held(element) or ()]
    offered = _offered(element, scene, held)
    most = {"data-max": element.raw.get("max_selected_items")}
    return tag(
        "details",
        {"class": "multi", **marks(element, scene), **most},
        _chips(element, scene, [row for c in offered for row in c.rows if row.value in held]),
        tag(
            "div",
            {"class": "menu", "role": "group", **group_naming(element, scene)},
            *(_ticks(choices, held) for choices in offered),
        ),
    )


def _chips(element: Element, scene: Scene, chosen: Sequence[Choice]) -> Html:
    hint = tag("span", {"class": "placeholder"}, placeholder(element, scene))
    chips = [tag("span", {"class": "chip"}, row.words) for row in chosen] or [hint]
    if not is_input(element):
        return tag("summary", {"dir": "auto"}, *chips)
    own = scene.id(element, "control")
    names = f"{scene.id(element, 'label')} {own}"
    return tag("summary", {"dir": "auto", "id": own, "aria-labelledby": names}, *chips)


def _ticks(choices: Choices, held: Collection[str]) -> Html:
    label = [tag("div", {"class": "group", "dir": "auto"}, choices.label)] if choices.label else []
    ticks = [
        _tick({"type": "checkbox", "value": row.value, "checked": row.value in held}, row.words)
        for row in choices.rows
    ]
    return join([*label, *ticks])


def _tick(attrs: Attrs, words: Html) -> Html:
    shown = tag("span", {"dir": "auto"}, words)
    return tag("label", {"class": "tick"}, tag("input", attrs), shown)


def checkboxes(element: Element, scene: Scene) -> Html:
    """Draw a list of boxes to tick."""
    held = [_value(one) for one in scene.held(element) or ()]
    rows = dicts(element.raw, "options")
    return _fieldset(
        element, scene, [_boxed(row, held, {"type": "checkbox"}, scene) for row in rows]
    )


def radio_buttons(element: Element, scene: Scene) -> Html:
    """Draw a list of which one is chosen."""
    held = [_value(scene.held(element))]
    group = {"type": "radio", "name": scene.id(element, "choice")}
    rows = dicts(element.raw, "options")
    return _fieldset(element, scene, [_boxed(row, held, group, scene) for row in rows])


def _fieldset(element: Element, scene: Scene, rows: Sequence[Html]) -> Html:
    given = {**marks(element, scene), **group_naming(element, scene)}
    return tag("fieldset", {"class": "choices", **given}, *rows)


def _boxed(option: Json, held: Collection[str], attrs: Attrs, scene: Scene) -> Html:
    words, more = words_html(option.get("text"), scene.reader), option.get("description")
    if more:
        words = join([words, tag("small", {}, words_html(more, scene.reader))])
    value = _value(option)
    return _tick({**attrs, "value": value, "checked": value in held}, words)


def _value(held: Any) -> str:
    if isinstance(held, Mapping):
        return str(held.get("value", ""))
    return "" if held is None else str(held)


def _offered(element: Element, scene: Scene, held: Collection[str]) -> list[Choices]:
    return _OFFERS[element.kind.removeprefix("multi_")](element, scene, held)


def _options_of(element: Element, scene: Scene, _held: Collection[str]) -> list[Choices]:
    groups = dicts(element.raw, "option_groups")
    loose = [Choices(rows=_rows(dicts(element.raw, "options"), scene))]
    return loose + [
        Choices(label=text_of(g.get("label")), rows=_rows(dicts(g, "options"), scene))
        for g in groups
    ]


def _rows(options: Sequence[Json], scene: Scene) -> list[Choice]:
    return [
        Choice(
            value=_value(option),
            text=with_emoji(text_of(option.get("text"))),
            words=words_html(option.get("text"), scene.reader),
        )
        for option in options
    ]


def _held_options(element: Element, scene: Scene, _held: Collection[str]) -> list[Choices]:
    """Return only what is held: an external menu's options are known to the app alone."""
    held = scene.held(element)
    options = held if isinstance(held, list) else [held]
    return [Choices(rows=_rows([o for o in options if isinstance(o, dict)], scene))]


def _people(_element: Element, scene: Scene, held: Collection[str]) -> list[Choices]:
    return [_named(scene.reader.people, held)]


def _channels(_element: Element, scene: Scene, held: Collection[str]) -> list[Choices]:
    return [_named(_hashed(scene.reader.channels), held)]


def _hashed(names: Mapping[str, str]) -> Mapping[str, str]:
    return {key: f"#{name}" for key, name in names.items()}


def _conversations(element: Element, scene: Scene, held: Collection[str]) -> list[Choices]:
    narrowed = element.raw.get("filter")
    kinds = many(narrowed, "include") if isinstance(narrowed, dict) else []
    people = scene.reader.people if not kinds or "im" in kinds else {}
    public = not kinds or "public" in kinds or "private" in kinds
    channels = _hashed(scene.reader.channels) if public else {}
    return [_named({**channels, **people}, held)]


def _named(names: Mapping[str, str], held: Collection[str]) -> Choices:
    known = {**names, **{one: one for one in held if one not in names}}
    return Choices(
        rows=[Choice(value=key, text=name, words=esc(name)) for key, name in known.items()]
    )


_OFFERS: Mapping[str, Callable[[Element, Scene, Collection[str]], list[Choices]]] = {
    "static_select": _options_of,
    "external_select": _held_options,
    "users_select": _people,
    "channels_select": _channels,
    "conversations_select": _conversations,
}
