"""Mail as a source's body: what it says of a lead (C2)."""

from typing import Any

from bot.mime import read_letter, texts_of
from rules.mail_fields import labelled
from rules.mail_patterns import matched
from rules.playbook import Source

RAW_MAIL = "message/rfc822"


def read_mail(body: bytes, source: Source, *, region: str) -> dict[str, Any]:
    """Read a mail into fields: what its source's patterns find, then what stands behind labels.

    A number without its country is of `region` (ISO 3166). The subject is kept beside. Never
    raises.
    """
    subject = read_letter(body).subject
    texts = texts_of(body)
    found: dict[str, Any] = {}
    for text in texts:
        found = labelled(text, names=source.map, region=region) | found
    named = matched("\n".join([subject, *texts]), source.patterns)
    beside = {"extra": {"subject": subject}} if subject else {}
    return found | named | beside
