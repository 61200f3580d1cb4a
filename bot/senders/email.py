"""Mail by SMTP: text and HTML, one conversation a message."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from urllib.parse import unquote, urlsplit

from bot.orders import DeliveryFailed, Mail, Sent

TIMEOUT = 20
PERMANENT = 500


class MailSender:
    """Carries mail to the server of `SMTP_URL`; STARTTLS where the server offers it."""

    def __init__(self, url: str, *, sender: str, name: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._name = name

    def send(self, order: Mail) -> Sent:
        """Deliver; raises DeliveryFailed, for ever where the address or the mail is refused.

        What the settings may mend (a password, the sender) is tried again.
        """
        try:
            message = self._compose(order)
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise DeliveryFailed(_code(code)) from None
        except smtplib.SMTPDataError as refused:
            raise DeliveryFailed(_code(refused.smtp_code)) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise DeliveryFailed(type(fault).__name__) from None
        except ValueError:
            raise DeliveryFailed("smtp_permanent") from None
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
        message = EmailMessage()
        domain = self._sender.rpartition("@")[2] or "localhost"
        message["From"] = formataddr((self._name, self._sender))
        message["To"] = order.to
        message["Subject"] = order.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{order.key}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(order.text)
        message.add_alternative(order.html, subtype="html")
        return message


def _code(smtp_code: int) -> str:
    return "smtp_permanent" if smtp_code >= PERMANENT else f"smtp_{smtp_code}"
