"""SMS through Twilio's SDK, which is slow to import and so is imported with the first message."""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from bot.orders import DeliveryFailed, Sent, Sms

TIMEOUT = 20
TWILIO = "https://api.twilio.com/"
TOO_MANY = 429
LONGEST = 1600


class TwilioSender:
    """Carries SMS to Twilio, or to the server of `TWILIO_API_URL`.

    With the desk's own `public_url`, "" or with a slash at its end, Twilio reports there what
    became of each.
    """

    def __init__(
        self, *, sid: str, token: str, sender: str, api_url: str, public_url: str = ""
    ) -> None:
        self._sid = sid
        self._token = token
        self._sender = sender
        self._api_url = api_url or TWILIO
        self._reports = {"status_callback": f"{public_url}twilio/status"} if public_url else {}

    def send(self, order: Sms) -> Sent:
        """Deliver; raises DeliveryFailed with Twilio's own error number."""
        from twilio.base.exceptions import TwilioException, TwilioRestException  # noqa: PLC0415

        try:
            sent = self._client.messages.create(
                to=order.to, from_=self._sender, body=order.body[:LONGEST], **self._reports
            )
        except TwilioRestException as error:
            wait = 1.0 if error.status == TOO_MANY else None
            raise DeliveryFailed(str(error.code or error.status), retry_after=wait) from None
        except (TwilioException, OSError) as fault:
            raise DeliveryFailed(_code(fault)) from None
        return Sent(ref=str(sent.sid))

    @cached_property
    def _client(self) -> Any:
        from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415
        from twilio.rest import Client  # noqa: PLC0415

        base = self._api_url.rstrip("/")

        class Elsewhere(TwilioHttpClient):  # type: ignore[misc]  # Twilio ships no types
            """The same conversation with the server that the settings name."""

            def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
                parts = urlsplit(url)
                query = f"?{parts.query}" if parts.query else ""
                return super().request(method, f"{base}{parts.path}{query}", *args, **kwargs)

        return Client(self._sid, self._token, http_client=Elsewhere(timeout=TIMEOUT))


def _code(fault: Exception) -> str:
    """Tell a call that never reached Twilio from one whose answer got lost on the way back."""
    never_left = "ConnectTimeout" in repr(fault) or "NewConnectionError" in repr(fault)
    return type(fault).__name__ if never_left else "unknown_if_sent"
