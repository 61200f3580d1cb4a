"""Leads in XML: ADF, as car portals send them, and plain elements with fields in them (C2)."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element  # the type; defusedxml reads  # nosec B405

ENTITIES = "entities"
_HEAD = 300
MOST = 101
"""So many prospects are read, one more than anybody may send at once."""
_PHONES = {"cellphone": 0, "voice": 1, "": 2}
_OTHER_PHONES = 3
_NOT_CALLED = {"fax", "pager"}
_NAMES = {"full": "name", "first": "first_name", "last": "last_name"}
_VEHICLE = ("year", "make", "model", "trim")
_PRODUCT = ("make", "model")
_USED = {"customer", "vehicle", "provider", "vendor", "id", "requestdate"}


class BadXml(Exception):
    """Raised for what is no XML; `reason` is ENTITIES where it has entities of its own, else ""."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


def read_xml(body: bytes) -> list[dict[str, Any]]:
    """Give the leads in XML by our names: ADF's prospects, else one of the elements' texts.

    Entities are never opened: raises BadXml for them, and for what is no XML.
    """
    root = _parsed(body)
    prospects = list(islice((one for one in root.iter() if _tag(one) == "prospect"), MOST))
    if prospects:
        return [_prospect(one) for one in prospects]
    return [_gathered((_tag(one), _text(one)) for one in root.iter() if not len(one))]


def _parsed(body: bytes) -> Element:
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - few sources send XML
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415

    # Portals write <?XML VERSION> and <?ADF VERSION>, the first of which is no XML.
    head = re.sub(rb"<\?(?!xml )(?i:xml|adf)[^>]*\?>", b"", body[:_HEAD].lstrip()).lstrip()
    try:
        root: Element = fromstring(head + body[_HEAD:])
    except DefusedXmlException:
        raise BadXml(ENTITIES) from None
    except (ParseError, ValueError, LookupError):
        raise BadXml from None
    return root


def _prospect(prospect: Element) -> dict[str, Any]:
    customer = _first(prospect, "customer")
    contact = _preferred(customer, "contact", "primarycontact")
    vehicles = [one for one in prospect if _tag(one) == "vehicle"]
    provider = _first(prospect, "provider")
    found = {
        **_contact(contact),
        "external_id": _said(prospect, "id"),
        "received_at": _said(prospect, "requestdate"),
        "note": _said(customer, "comments"),
        "product": _joined(vehicles[0], _PRODUCT) if vehicles else "",
        "interests": [_joined(one, _VEHICLE) for one in vehicles],
        "vendor": _said(provider, "name"),
        "campaign": _said(provider, "service"),
        "dealer": _said(_first(prospect, "vendor"), "vendorname"),
    }
    extra = _gathered(
        (_tag(leaf), _text(leaf))
        for one in [*prospect, *_rest(customer)]
        if _tag(one) not in _USED | {"comments", "contact"}
        for leaf in one.iter()
        if not len(leaf)
    )
    return {**extra, **{name: one for name, one in found.items() if one}}


def _contact(contact: Element) -> dict[str, Any]:
    phones = sorted(_ranked(contact), key=lambda one: one[0])
    named = {
        _NAMES.get(one.get("part", "full").lower(), "name"): _text(one)
        for one in contact
        if _tag(one) == "name" and _text(one)
    }
    address = _first(contact, "address")
    return {
        **named,
        "phone": next((number for _, _, number in phones), ""),
        "other_phones": [number for _, _, number in phones[1:]],
        "fax": next((_text(one) for one in contact if _kind(one) == "fax"), ""),
        "phone_time": next((when for _, when, _ in phones if when), ""),
        "email": _text(_preferred(contact, "email", "preferredcontact")),
        "city": _said(address, "city"),
        "region": _said(address, "country"),
        "regioncode": _said(address, "regioncode"),
        "postalcode": _said(address, "postalcode"),
        "street": _said(address, "street"),
    }


def _ranked(contact: Element) -> Iterator[tuple[tuple[bool, int], str, str]]:
    """Give the numbers that may be called, with their rank: the preferred, then mobiles."""
    for one in contact:
        if _tag(one) == "phone" and _text(one) and _kind(one) not in _NOT_CALLED:
            later = one.get("preferredcontact") != "1"
            rank = _PHONES.get(_kind(one), _OTHER_PHONES)
            yield (later, rank), one.get("time", ""), _text(one)


def _kind(one: Element) -> str:
    return one.get("type", "").lower() if _tag(one) == "phone" else ""


def _rest(one: Element) -> list[Element]:
    return list(one)


def _tag(one: Element) -> str:
    return str(one.tag).rpartition("}")[2].lower()


def _text(one: Element) -> str:
    return (one.text or "").strip()


def _first(parent: Element, tag: str) -> Element:
    return next((one for one in parent if _tag(one) == tag), Element(tag))


def _preferred(parent: Element, tag: str, mark: str) -> Element:
    """Give the child of this tag that carries the mark, else the first."""
    marked = (one for one in parent if _tag(one) == tag and one.get(mark) == "1")
    return next(marked, _first(parent, tag))


def _said(parent: Element, tag: str) -> str:
    return _text(_first(parent, tag))


def _joined(parent: Element, tags: tuple[str, ...]) -> str:
    return " ".join(said for tag in tags if (said := _said(parent, tag)))


def _gathered(pairs: Iterator[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, said in pairs:
        if said and name in found:
            earlier = found[name]
            found[name] = [*(earlier if isinstance(earlier, list) else [earlier]), said]
        elif said:
            found[name] = said
    return found
