"""A mail server that keeps everything: an SMTP sink with failures on demand."""

import smtplib
import time
from collections.abc import Callable, Iterable
from threading import Condition
from typing import Any, Self, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from sandbox.bounds import MOST_MAILS
from sandbox.httpserver import HOST, free_port
from sandbox.mail_replies import answer_to
from sandbox.mails import Mail

T = TypeVar("T")
OK = "250 OK"


class Mailbox:
    """An SMTP server on 127.0.0.1; enter it to start.

    ``permanent`` addresses answer 550 and ``temporary`` ones 451, at RCPT; both may change any
    time. With ``login`` only that user and password may send. ``clock`` dates what arrives, in
    seconds since 1970. The newest mails are kept. While ``down`` is set no mail is taken, and each
    one tried is counted in ``knocks``.
    """

    def __init__(
        self,
        *,
        permanent: Iterable[str] = (),
        temporary: Iterable[str] = (),
        login: tuple[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.permanent, self.temporary, self.login = set(permanent), set(temporary), login
        self._clock, self._version = clock, 0
        self.down, self.knocks = False, 0
        self._mails: list[Mail] = []
        self._planned: list[str] = []
        self._changed = Condition()
        self._controller = self._build_controller()

    def _build_controller(self) -> Controller:
        # 0 would do, but aiosmtpd then tries to reach port 0 to see whether it is up.
        port = free_port()
        options: dict[str, Any] = {}
        if self.login is not None:
            options = {"authenticator": self._authenticate, "auth_require_tls": False}
        return Controller(self, hostname=HOST, port=port, enable_SMTPUTF8=True, **options)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._controller.port)

    @property
    def url(self) -> str:
        """The address, ``smtp://[user:password@]127.0.0.1:port``."""
        login = "" if self.login is None else f"{self.login[0]}:{self.login[1]}@"
        return f"smtp://{login}{HOST}:{self.port}"

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    @property
    def mails(self) -> list[Mail]:
        """Every mail taken so far, oldest first."""
        with self._changed:
            return list(self._mails)

    def boxes(self) -> dict[str, list[Mail]]:
        """Return every address that got mail with its mails, oldest first.

        The address with the newest mail comes first; addresses are in lower case.
        """
        boxes: dict[str, list[Mail]] = {}
        for mail in self.mails:
            for address in dict.fromkeys(one.lower() for one in mail.recipients):
                boxes[address] = box = boxes.pop(address, [])
                box.append(mail)
        return dict(reversed(boxes.items()))

    def of(self, address: str) -> list[Mail]:
        """Return the mails to an address, oldest first."""
        return self.boxes().get(address.lower(), [])

    def addresses(self) -> list[str]:
        """Return every address that got mail, the one with the newest mail first."""
        return list(self.boxes())

    def reply(self, mail: Mail, text: str) -> Mail:
        """Answer a mail from its recipient's address, by SMTP, and return what arrived.

        Raises smtplib.SMTPException when this server refuses it.
        """
        answer = answer_to(mail, text=text, at=self._clock())
        with smtplib.SMTP(HOST, self.port, local_hostname="localhost", timeout=10) as smtp:
            if self.login is not None:
                smtp.login(*self.login)
            smtp.send_message(answer)
        wanted = answer["Message-ID"]
        return next(one for one in reversed(self.mails) if one["Message-ID"] == wanted)

    def restore(self, mails: Iterable[Mail]) -> None:
        """Put these mails in place of all that arrived."""
        with self._changed:
            self._mails = list(mails)
            self._tell()

    def fail(self, *, reply: str = "451 4.3.0 try again later", times: int = 1) -> None:
        """Answer the next mails' DATA with this SMTP reply."""
        with self._changed:
            self._planned.extend([reply] * times)

    def wait_for(self, predicate: Callable[[], T], *, timeout: float = 10.0) -> T:
        """Return the first truthy value within ``timeout`` seconds; raises AssertionError."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (value := predicate()):
                left = deadline - time.monotonic()
                if left <= 0:
                    subjects = [mail.subject for mail in self._mails]
                    raise AssertionError(f"it did not happen in {timeout} s: {subjects}")
                self._changed.wait(min(left, 0.05))
        return value

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a sender, after a login when one is needed."""
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return OK

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take or refuse one recipient."""
        if address in self.permanent:
            return "550 5.1.1 no such mailbox"
        if address in self.temporary:
            return "451 4.2.1 mailbox busy, try again later"
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Take one mail, unless trouble was planned."""
        with self._changed:
            if self.down:
                self.knocks += 1
                return "421 4.3.2 Service not available"
            if self._planned:
                return self._planned.pop(0)
            self._mails.append(_mail(envelope, at=self._clock()))
            del self._mails[:-MOST_MAILS]
            self._tell()
        return OK

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        given = (
            (data.login.decode(), data.password.decode())
            if isinstance(data, LoginPassword)
            else ("", "")
        )
        success = given == self.login
        # Unhandled, because aiosmtpd then answers 535 itself.
        return AuthResult(success=success, handled=False)


def _mail(envelope: Any, *, at: float) -> Mail:
    return Mail(
        sender=str(envelope.mail_from),
        recipients=tuple(envelope.rcpt_tos),
        raw=bytes(envelope.original_content),
        at=at,
    )
