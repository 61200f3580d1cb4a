"""What a lead's form says: the body that comes in at the intake's door."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from sandbox.story import rates
from sandbox.story.acts import Arrive, Customer
from sandbox.story.campaigns import CAMPAIGNS, PRODUCTS
from sandbox.story.customers import make_customer
from sandbox.story.dice import dice
from sandbox.story.prospects import Prospect
from sandbox.story.words import product_name, words

ASKS, AGREES, CLOSE_FRIENDS = 0.4, 0.85, 0.5
AGES = (19, 68)
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
TWICE = frozenset({"social", "list"})
CALLS_ONLY = ("calls",)
ALL_CHANNELS = ("sms", "email", "calls")

Fields = dict[str, object]


def arrive(prospect: Prospect, *, locale: str, seed: int) -> Arrive:
    """Let a prospect come in, as a customer with a form in the words of their campaign."""
    customer = make_customer(prospect.persona, seed=seed)
    throw = dice(seed, "form", prospect.persona.key)
    fields = _person(customer) | _campaign(throw, prospect, locale)
    fields |= _OWN[prospect.campaign](throw, prospect, customer)
    return Arrive(
        at=prospect.at,
        source=CAMPAIGNS[prospect.campaign].source,
        customer=customer,
        fields={name: value for name, value in fields.items() if value != ""},
    )


def sent_twice(prospect: Prospect, came: Arrive, *, seed: int) -> Arrive | None:
    """Give the same form once more, a minute later, where it is sent twice."""
    throw = dice(seed, "twice", prospect.persona.key)
    if prospect.campaign not in TWICE or throw.random() >= rates.DOUBLE:
        return None
    later = came.at + timedelta(seconds=throw.randrange(20, 80))
    return Arrive(at=later, source=came.source, customer=came.customer, fields=came.fields)


def _person(customer: Customer) -> Fields:
    return {"name": customer.name, "phone": customer.phone, "email": customer.email}


def _campaign(throw: Random, prospect: Prospect, locale: str) -> Fields:
    campaign, said = CAMPAIGNS[prospect.campaign], words(locale)["campaign"][prospect.campaign]
    return {
        "campaign": said["name"],
        "vendor": said["vendor"],
        "banner": throw.choice(said["banners"]),
        "product": product_name(locale, prospect.product),
        "cost": campaign.cost,
        "currency": "ILS",
        "region": "IL",
    }


def _social(throw: Random, prospect: Prospect, customer: Customer) -> Fields:
    said = words(customer.language)["customer"]
    return {
        "language": customer.language,
        "age": throw.randint(*AGES),
        "interests": throw.sample(said["interests"], 2),
        "city": throw.choice(said["cities"]),
        "note": _note(throw, prospect, customer),
        **_consent(throw, customer),
    }


def _search(throw: Random, prospect: Prospect, customer: Customer) -> Fields:
    if prospect.persona.kind == "incoming":
        return {"kind": "incoming", "direction": "incoming", "language": customer.language}
    return {
        "language": customer.language,
        "ip": f"{throw.choice(NETWORKS)}.{throw.randint(1, 254)}",
        "external_id": f"g-{prospect.persona.key}",
        "note": _note(throw, prospect, customer),
        **_consent(throw, customer),
    }


def _referral(throw: Random, prospect: Prospect, customer: Customer) -> Fields:
    said = words(customer.language)["customer"]
    friend = throw.choice(said["first"])[0], throw.choice(said["last"])[0]
    return {
        "kind": "referral",
        "referrer": " ".join(friend),
        "referrer_close": throw.random() < CLOSE_FRIENDS,
        "language": customer.language,
        "city": throw.choice(said["cities"]),
        "note": _note(throw, prospect, customer),
    }


def _list(throw: Random, prospect: Prospect, customer: Customer) -> Fields:
    said = words(customer.language)["customer"]
    unknown = throw.random() < rates.PLACEHOLDER
    return {
        "product": "",
        "city": said["placeholder"] if unknown else throw.choice(said["cities"]),
        "external_id": f"list-{prospect.persona.place:05d}",
    }


_OWN: dict[str, Callable[[Random, Prospect, Customer], Fields]] = {
    "social": _social,
    "search": _search,
    "referral": _referral,
    "list": _list,
}


def _note(throw: Random, prospect: Prospect, customer: Customer) -> str:
    asked: list[str] = words(customer.language)["customer"][f"notes_{PRODUCTS[prospect.product]}"]
    return throw.choice(asked) if throw.random() < ASKS else ""


def _consent(throw: Random, customer: Customer) -> Fields:
    """Give the channels that were ticked; who left an address alone means to be written to."""
    agreed = ALL_CHANNELS if throw.random() < AGREES or not customer.phone else CALLS_ONLY
    return {"consent": list(agreed)}
