"""Mail by SMTP: text and HTML, one conversation a message."""

import re
import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy, default
from email.utils import formataddr, formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.orders import ADDRESS_REFUSED, DeliveryFailed, Mail, Sent

TIMEOUT = 20
PERMANENT = 500
ADDRESS, MESSAGE = ADDRESS_REFUSED, "smtp_permanent"
# What a refusal for ever is about: the address, or this one mail. RFC 3463's status goes before
# RFC 5321's code, which many servers give to mail that they take for spam as well.
REFUSALS: dict[str, str] = {
    "5.1.1": ADDRESS,  # no such mailbox
    "5.1.2": ADDRESS,  # no such domain
    "5.1.3": ADDRESS,  # no address at all
    "5.1.6": ADDRESS,  # moved, nobody knows where
    "5.1.10": ADDRESS,  # the domain takes no mail
    "5.2.1": ADDRESS,  # the mailbox is closed
    "550": ADDRESS,
    "551": ADDRESS,
    "553": ADDRESS,
}
_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}(?!\S)")


class WholeLine(UnstructuredHeader, BaseHeader):
    """A header that is never folded: a long address in pieces is read by nobody."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        """Give the header on one line."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", WholeLine)
POLICY = default.clone(header_factory=_HEADERS)


class MailSender:
    """Carries mail to the server of `SMTP_URL`; STARTTLS where the server offers it."""

    def __init__(self, url: str, *, sender: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender

    def send(self, order: Mail) -> Sent:
        """Deliver; raises DeliveryFailed, for ever where the address or the mail is refused.

        Which of the two is told apart by its code. What the settings may mend (a password, the
        sender) is tried again.
        """
        try:
            message = self._compose(order)
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            raise DeliveryFailed(code_of(code, said, at_recipient=True)) from None
        except smtplib.SMTPDataError as refused:
            told = code_of(refused.smtp_code, refused.smtp_error, at_recipient=False)
            raise DeliveryFailed(told) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise DeliveryFailed(type(fault).__name__) from None
        except ValueError:
            raise DeliveryFailed(MESSAGE) from None
        return Sent(ref=message["Message-ID"])

    def _hand_over(self, message: EmailMessage) -> None:
        server = self._connect()
        try:
            server.send_message(message)
        finally:
            with suppress(OSError, smtplib.SMTPException):  # the mail is taken, or is not
                server.quit()

    def check(self) -> None:
        """Talk to the server without sending; raises OSError or SMTPException."""
        with self._connect() as server:
            server.noop()

    def _connect(self) -> smtplib.SMTP:
        parts = self._parts
        host, context = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
        try:
            self._introduce(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        parts = self._parts
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))

    def _compose(self, order: Mail) -> EmailMessage:
        message = EmailMessage(POLICY)
        domain = self._sender.rpartition("@")[2] or "localhost"
        message["From"] = formataddr((" ".join(order.name.split()), self._sender))
        message["To"] = order.to
        message["Subject"] = order.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{order.key}@{domain}>"
        if not order.advert:
            message["Auto-Submitted"] = "auto-generated"
        if order.unsubscribe:
            message["List-Unsubscribe"] = f"<{order.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(order.text)
        message.add_alternative(order.html, subtype="html")
        return message


def code_of(smtp_code: int, said: bytes | str, *, at_recipient: bool) -> str:
    """Name a refusal: for now by its number, for ever by what it is about.

    A server's number alone speaks of the address only where it answers to the recipient.
    """
    if smtp_code < PERMANENT:
        return f"smtp_{smtp_code}"
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    status = _STATUS.match(text)
    number = str(smtp_code) if at_recipient else ""
    return REFUSALS.get(status[0] if status else number, MESSAGE)
