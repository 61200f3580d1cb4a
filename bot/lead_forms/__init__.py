"""Lead forms as their makers send them: which format it is, and its fields by our names (C2)."""

from collections.abc import Mapping
from typing import Any

from bot.lead_forms import google, meta
from rules.cells import is_test
from rules.fields import renamed
from rules.nested import lifted


def fields_of(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give a form's fields flat, with `names`, a source's own, put right.

    Never raises; what is of no known format keeps its names.
    """
    if google.is_form(data):
        return renamed(google.fields(data), {**google.NAMES, **names})
    if meta.is_form(data):
        return renamed(meta.fields(data), {**meta.NAMES, **names})
    return renamed(lifted(data, names), names)


def is_trial(data: Mapping[str, Any]) -> bool:
    """Say whether a form was only tried by who made it: nobody asked to be called."""
    if google.is_form(data):
        return google.is_trial(data)
    said = meta.fields(data).values() if meta.is_form(data) else ()
    return is_test(one for one in said if isinstance(one, str))
