"""A lead as it came: vendors' names for fields, cleaned values, one draft (C2)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from rules.cells import read_number
from rules.cleaning import LENGTH, MOST, clean_json, clean_text
from rules.field_values import read_age, read_moment, region_of
from rules.languages import language_code
from rules.money import Money, read_money
from rules.phones import Phone, read_email
from rules.questions import asked_for
from rules.words import Channel, Kind

_ALIASES = {
    "name": "name fullname full_name yourname contactname leadname שם שםמלא שםהלקוח "
    "שםומשפחה שםפרטיומשפחה שםפרטיושםמשפחה",
    "first_name": "firstname fname givenname שםפרטי",
    "last_name": "lastname lname surname familyname שםמשפחה",
    "phone": "phone phonenumber mobile mobilephone cell cellphone tel telephone msisdn "
    "userphone phone1 phone2 טלפון1 טלפון2 טל טלנייד "
    "טלפון נייד פלאפון מספרטלפון טלפוןנייד סלולרי",
    "email": "email mail emailaddress useremail אימייל מייל דואל דוארא דואראלקטרוני כתובתמייל",
    "kind": "kind leadkind leadtype סוג סוגליד",
    "direction": "direction",
    "campaign": "campaign campaignname utmcampaign קמפיין שםקמפיין",
    "vendor": "vendor supplier provider ספק",
    "banner": "banner utmcontent ad adname creative באנר",
    "product": "product productname מוצר",
    "language": "language lang locale שפה",
    "region": "region country countrycode מדינה ארץ אזור",
    "city": "city town עיר ישוב יישוב",
    "age": "age howold גיל בןכמה בתכמה",
    "interests": "interests תחומיעניין",
    "ip": "ip ipaddress clientip userip כתובתip",
    "cost": "cost price leadcost cpl עלות מחירליד",
    "currency": "currency מטבע",
    "referrer": "referrer referredby מפנה הופנהעלידי",
    "referrer_close": "referrerclose",
    "external_id": "externalid leadid vendorid",
    "consent": "consent",
    "consent_text": "consenttext",
    "received_at": "receivedat createdtime createdat timestamp submittedat "
    "submittime submissiontime submissiondate leadsubmittime createdate createddate datecreated "
    "תאריךקבלה תאריךיצירה תאריךפנייה",
    "note": "note notes message comments comment הערה הערות הודעה",
}
_FIELD_OF = {alias: name for name, words in _ALIASES.items() for alias in words.split()}
FIELDS = frozenset(_ALIASES)
_AS_GIVEN = [
    "banner",
    "product",
    "language",
    "region",
    "city",
    "ip",
    "referrer",
    "external_id",
    "consent_text",
    "note",
]
_LENGTHS = {"note": 3000, "consent_text": 3000}
_KINDS = {one.value: one for one in Kind}
_WAYS = frozenset({"incoming", "outgoing"})
_YES = frozenset({"true", "1", "yes", "כן"})
_NO = frozenset({"false", "0", "no", "לא"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What a source said of a person, cleaned; money in minor units, moments in UTC."""

    name: str = ""
    phone: Phone | None = None
    email: str = ""
    kind: Kind = Kind.WARM
    direction: str = "outgoing"
    campaign: str = ""
    vendor: str = ""
    banner: str = ""
    product: str = ""
    language: str = ""
    region: str = ""
    city: str = ""
    age: int | None = None
    interests: tuple[str, ...] = ()
    ip: str = ""
    cost: Money | None = None
    referrer: str = ""
    referrer_close: bool = False
    external_id: str = ""
    consent: tuple[str, ...] | None = None
    consent_text: str = ""
    received_at: datetime | None = None
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def reachable(self) -> bool:
        """Whether there is a phone, however broken, or an address to reach the person by."""
        return self.phone is not None or bool(self.email)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken where a source does not say: from its door, its file or the team."""

    region: str
    currency: str
    kind: Kind = Kind.WARM
    campaign: str = ""
    vendor: str = ""
    cost: Money | None = None


def field_name(label: str) -> str | None:
    """Give the field that a column's name or a form's question stands for, or None.

    'Full Name', 'טלפון', 'What is your phone number?'.
    """
    return _field_of(label) if len(label) <= LENGTH else None


@lru_cache(maxsize=1024)
def _field_of(label: str) -> str | None:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", label).lower())
    return next((_FIELD_OF[one] for one in (plain, *asked_for(label)) if one in _FIELD_OF), None)


def renamed(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give the data with a source's own names put right: `names` gives fields for them."""
    return {names.get(str(name), name): value for name, value in data.items()}


def read_draft(data: Mapping[str, Any], *, defaults: Defaults) -> Draft:
    """Make a draft of what a source sent; a value that can't be read goes to `extra` as given.

    Column names are mapped; an exact field name wins over an alias of it.
    """
    named, extra = _sort_fields(data)
    return _draft(named, extra, defaults=defaults)


def read_cells(named: Mapping[str, str], extra: Mapping[str, str], *, defaults: Defaults) -> Draft:
    """Make the draft of a row: its cells by their fields, none of them empty, and all the others.

    As `read_draft` does of both (C2).
    """
    if not named.keys() <= FIELDS:
        return read_draft({**named, "extra": extra}, defaults=defaults)
    kept = {clean_text(label): clean_json(cell) for label, cell in extra.items()}
    return _draft(named, kept, defaults=defaults)


def _draft(named: Mapping[str, Any], extra: dict[str, Any], *, defaults: Defaults) -> Draft:
    texts = {name: _as_text(value, name) for name, value in named.items()}
    texts["language"] = language_code(texts.get("language", ""))
    region = region_of(texts.get("region", ""), defaults.region)
    draft = Draft(
        name=_name(texts),
        phone=_phone(texts.get("phone", ""), region),
        email=read_email(texts.get("email", "")),
        kind=_kind(texts, defaults, extra),
        direction=texts["direction"].lower() if _said(texts, "direction", _WAYS) else "outgoing",
        campaign=texts.get("campaign") or defaults.campaign,
        vendor=texts.get("vendor") or defaults.vendor,
        **{name: texts[name] for name in _AS_GIVEN if name in texts},
        age=read_age(texts, extra),
        interests=_items(named.get("interests")),
        cost=_cost(texts, defaults, extra),
        referrer_close=_said(texts, "referrer_close", _YES),
        consent=_consent(named),
        received_at=read_moment(texts, extra),
        extra=extra,
    )
    for name in _unread(draft, texts):
        extra.setdefault(name, texts[name])
    return draft


def _sort_fields(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    named: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    exact = {key for key in data if key in FIELDS and _flat(data[key]) and not _blank(data[key])}
    for label, value in list(data.items())[: MOST * 2]:
        key = str(label)
        target = key if key in exact else field_name(key)
        if key == "extra" and isinstance(value, Mapping):
            extra |= {clean_text(str(one)): clean_json(kept) for one, kept in value.items()}
        elif (
            target
            and _flat(value)
            and _blank(named.get(target))
            and (target == key or target not in exact)
        ):
            named[target] = value
        else:
            extra[clean_text(key)] = clean_json(value)
    return named, extra


def _flat(value: object) -> bool:
    if isinstance(value, str):
        return True
    parts = value if isinstance(value, list) else [value]
    return not any(isinstance(one, list | Mapping) for one in parts)


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _said(texts: Mapping[str, str], name: str, words: frozenset[str]) -> bool:
    return texts.get(name, "").lower() in words


def _unread(draft: Draft, texts: Mapping[str, str]) -> list[str]:
    return [name for name, lost in _LOST.items() if texts.get(name) and lost(draft, texts)]


_LOST: Mapping[str, Callable[[Draft, Mapping[str, str]], bool]] = {
    "phone": lambda draft, _: draft.phone is None,
    "email": lambda draft, _: not draft.email,
    "direction": lambda _, texts: not _said(texts, "direction", _WAYS),
    "referrer_close": lambda _, texts: not _said(texts, "referrer_close", _YES | _NO),
    "consent": lambda _, texts: not _channels(texts["consent"]) <= {*Channel, "calls", ""},
}


def _channels(text: str) -> set[str]:
    return {one.strip().lower() for one in text.split(",")}


def _as_text(value: object, name: str) -> str:
    if isinstance(value, str):
        return clean_text(value, length=_LENGTHS.get(name, LENGTH))
    parts = value[:MOST] if isinstance(value, list) else [value]
    text = ", ".join("" if one is None else str(one) for one in parts)
    return clean_text(text, length=_LENGTHS.get(name, LENGTH))


def _name(texts: Mapping[str, str]) -> str:
    both = f"{texts.get('first_name', '')} {texts.get('last_name', '')}".strip()
    return texts.get("name") or both


def _phone(raw: str, region: str) -> Phone | None:
    return read_number(raw, region=region) if any(map(str.isdecimal, raw)) else None


def _kind(texts: Mapping[str, str], defaults: Defaults, extra: dict[str, Any]) -> Kind:
    given = texts.get("kind", "")
    if given and given.lower() not in _KINDS:
        extra["kind"] = given
    return _KINDS.get(given.lower(), defaults.kind)


def _cost(texts: Mapping[str, str], defaults: Defaults, extra: dict[str, Any]) -> Money | None:
    given, currency = texts.get("cost", ""), texts.get("currency", "")
    if not given:
        return defaults.cost
    together = read_money(f"{given} {currency}".strip(), currency=defaults.currency)
    cost = together or read_money(given, currency="")
    if cost is None or cost.minor < 0 or not cost.currency:
        extra |= {"cost": given, **({"currency": currency} if currency else {})}
        return defaults.cost
    return cost


def _items(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = value if isinstance(value, list) else _as_text(value, "interests").split(",")
    cleaned = (_as_text(one, "interests") for one in parts[:MOST])
    return tuple(one for one in cleaned if one)


def _consent(named: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Give the channels agreed to; None where the source names none: an empty cell, a bare yes."""
    if named.get("consent") is None:
        return None
    given = {one.lower() for one in _items(named["consent"])}
    if not isinstance(named["consent"], list) and given <= _YES:
        return None
    return tuple(one for one in (*Channel, "calls") if one in given)
