"""A customer's own messages: the words the network obeys, and how one reaches a webhook."""

from sandbox.phone_rest import API_VERSION, Sms

# Twilio's words by default; they count when a message holds nothing else.
STOP_WORDS = frozenset(
    {"CANCEL", "END", "OPTOUT", "QUIT", "REVOKE", "STOP", "STOPALL", "UNSUBSCRIBE"}
)
START_WORDS = frozenset({"START", "UNSTOP", "YES"})


def opt_out_type(body: str) -> str:
    """Return ``STOP`` or ``START`` as Twilio reads a message; empty for all others."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    return "START" if word in START_WORDS else ""


def inbound_form(sms: Sms, *, account_sid: str) -> dict[str, str]:
    """Return the form that Twilio posts to a webhook for a message that came in."""
    kind = opt_out_type(sms.body)
    form = {
        "MessageSid": sms.sid,
        "SmsMessageSid": sms.sid,
        "SmsSid": sms.sid,
        "SmsStatus": "received",
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "From": sms.sender,
        "To": sms.to,
        "Body": sms.body,
        "NumMedia": "0",
        "NumSegments": str(sms.segments),
    }
    return {**form, "OptOutType": kind} if kind else form


def status_form(sms: Sms, *, account_sid: str) -> dict[str, str]:
    """Return the form that Twilio posts to a StatusCallback."""
    form = {
        "MessageSid": sms.sid,
        "MessageStatus": sms.status,
        "SmsSid": sms.sid,
        "SmsStatus": sms.status,
        "AccountSid": account_sid,
        "To": sms.to,
        "From": sms.sender,
        "ApiVersion": API_VERSION,
    }
    return form if sms.error_code is None else {**form, "ErrorCode": str(sms.error_code)}
