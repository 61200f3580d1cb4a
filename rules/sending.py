"""What leaves for a customer, as plain data: SMS and mail (L2, L3)."""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect
from rules.words import Layer


@dataclass(frozen=True, slots=True)
class SendSms(Effect):
    """Send the customer one text message of this layer (L2).

    `after` is the outcome it answers, `agreed` the ISO moment that was agreed, `about` what sets
    it apart from others of its layer (the follow-up's number), `text` a rep's own words.
    """

    lead_id: int
    layer: Layer
    after: str = ""
    agreed: str = ""
    about: str = ""
    text: str = ""
    kind: ClassVar[str] = "sms"

    @property
    def once_key(self) -> str:
        """Each layer's message once for each lead, or for each thing it is about."""
        return _once("sms", self.layer, self.lead_id, self.about)


@dataclass(frozen=True, slots=True)
class SendEmail(Effect):
    """Send the customer one mail of this layer (L3).

    `after` is the outcome it answers, `agreed` the ISO moment that was agreed, `about` what sets
    it apart from others of its layer (the follow-up's number, the mailing's).
    """

    lead_id: int
    layer: Layer
    after: str = ""
    agreed: str = ""
    about: str = ""
    kind: ClassVar[str] = "email"

    @property
    def once_key(self) -> str:
        """Each layer's mail once for each lead, or for each thing it is about."""
        return _once("email", self.layer, self.lead_id, self.about)


def _once(kind: str, layer: str, lead_id: int, about: str) -> str:
    return ":".join(filter(None, (kind, layer, str(lead_id), about)))
