"""A dry run's memory: what the rows before would have made, across its batches."""

from rules.fields import Draft
from rules.lead import Lead
from rules.phones import email_key


class Rehearsal:
    """What a dry run would have kept by now: rows, and people by number and address.

    Its batches are taken back one by one, so that the bot can write meanwhile.
    """

    def __init__(self) -> None:
        """Begin with nothing kept."""
        self._rows: set[str] = set()
        self._people: dict[str, dict[str, str]] = {}

    def first_time(self, once_key: str) -> bool:
        """Remember a row; False when it came before."""
        known = once_key in self._rows
        self._rows.add(once_key)
        return not known

    def knows(self, draft: Draft) -> bool:
        """Say whether an earlier row made this person; what it says more is added to them."""
        keys = _keys(draft)
        person = next((self._people[key] for key in keys.values() if key in self._people), None)
        for what, key in keys.items() if person is not None else ():
            if person is not None and what not in person:
                person[what] = key
                self._people.setdefault(key, person)
        return person is not None

    def learn(self, lead: Lead) -> None:
        """Remember the person of a lead that would stand now."""
        keys = {"phone": lead.phone_e164 if lead.phone_valid else "", "email": lead.email}
        person = {what: email_key(key) for what, key in keys.items() if key}
        for key in person.values():
            self._people.setdefault(key, person)

    def learn_new(self, draft: Draft) -> None:
        """Remember the person of a draft that would be a new lead now."""
        person = _keys(draft)
        for key in person.values():
            self._people.setdefault(key, person)


def _keys(draft: Draft) -> dict[str, str]:
    phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    keys = {"phone": phone, "email": email_key(draft.email)}
    return {what: key for what, key in keys.items() if key}
