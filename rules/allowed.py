"""What may stand at a key of the playbook, in words, and the fault of what may not."""

# What is allowed, for who reads the file's faults; Slack's readers have it in their own texts.
SENTENCES = {
    "text": "a text in quotes",
    "long_text": "a text in quotes, {most} letters at most",
    "texts": 'a list of texts such as ["a", "b"]',
    "count": "a whole number of 0 or more",
    "some": "a whole number of 1 or more",
    "counts": "a list of whole numbers, such as [0, 10]",
    "rising": "whole numbers that rise, such as [0, 10]",
    "part": "a part between 0 and 1, such as 0.4",
    "half": "a part between 0 and 0.5, such as 0.1",
    "times": "a number such as 2.0",
    "latitude": "degrees north, -65 to 65, such as 31.778",
    "longitude": "degrees east, -180 to 180",
    "money": "an amount such as 12.50",
    "rate": "a number above 0, such as 3.72",
    "window": 'hours such as "09:00-20:00"',
    "plan": 'a list that begins with "now" and goes on with times after the attempt before ("30m",'
    ' "2h"), days after the first that rise ("day 3", "day 5 evening") or "next morning";'
    " parts of a day are {parts}",
    "one_of": "one of {named}",
    "some_of": "a list of some of {named}, or []",
    "week": 'working hours such as "Sun-Thu 18:00-22:00, Fri 09:00-13:00"',
    "zone": "a time zone such as Asia/Jerusalem",
    "currency": "three letters such as ILS",
    "clock": 'an hour such as "09:00"',
    "by_kind": "a table with a value for each of {named}",
    "yes_or_no": "true or false",
    "condition": 'conditions such as "age >= 40", of one of {fields}; {given} is none',
    "never": "conditions that one lead can have together, unlike {given}",
    "web_address": "an address that begins with https:// or http://, without a password in it",
    "secret": 'a secret such as "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": whsec_ and base64',
    "plain_name": "letters a-z, digits, _ and -, 64 at most",
    "name_table": "a table of names in quotes for some of {named}",
    "mail_patterns": "a table of our fields with a pattern for each, such as"
    ' {{ phone = "Tel: (.*)" }}; no group may repeat, two parts at most may',
    "day": "a date such as 2026-12-25",
    "by_country": "a table of two-letter countries, such as {{ IL = 0.05 }}",
    "dates": "a list of dates such as [2026-12-25]",
    "field_map": 'a table of "their name" = "our field", such as {{ "Teléfono" = "phone" }}',
}


class NotAllowed(ValueError):
    """Raised when a value can't stand at its key; `key` names the sentence of what is allowed."""

    def __init__(self, key: str, **params: object) -> None:
        """Keep the sentence's key and what fills it; the error itself reads in English."""
        super().__init__(SENTENCES[key].format(**params))
        self.key = key
        self.params = params
