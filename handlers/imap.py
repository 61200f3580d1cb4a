"""A folder of a mailbox over IMAP: what is unread, its bytes, marking it as read."""

import imaplib
import re
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from datetime import datetime
from typing import Any, Self
from urllib.parse import unquote, urlsplit

TIMEOUT = 20
FOLDER = "INBOX"
SEEN = r"(\Seen)"


class Box:
    """A folder of a mailbox over IMAP; enter it to connect, log in and open the folder.

    Raises OSError or imaplib's error when the server is out of reach or refuses.
    """

    def __init__(self, url: str, *, readonly: bool = False) -> None:
        self._parts, self._readonly = urlsplit(url), readonly
        self._server: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        self._server = self._connect()
        try:
            self._open(self._server)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        if fault is None:
            with suppress(OSError, ValueError, imaplib.IMAP4.error):
                self._live.logout()
        self._close()

    def _close(self) -> None:
        with suppress(OSError, ValueError):
            self._live.shutdown()

    @property
    def _live(self) -> imaplib.IMAP4:
        if self._server is None:
            raise OSError("not connected")
        return self._server

    def _connect(self) -> imaplib.IMAP4:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "imaps":
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(host, port or 993, ssl_context=context, timeout=TIMEOUT)
        return imaplib.IMAP4(host, port or 143, timeout=TIMEOUT)

    def _open(self, server: imaplib.IMAP4) -> None:
        if self._parts.scheme == "imap" and "STARTTLS" in server.capabilities:
            server.starttls(ssl_context=ssl.create_default_context())
        user, password = (
            unquote(one or "") for one in (self._parts.username, self._parts.password)
        )
        server.login(_quoted(user), password)
        folder = unquote(self._parts.path.strip("/")) or FOLDER
        _checked(server.select(_quoted(_as_utf7(folder)), readonly=self._readonly))

    def unseen(self, *, since: datetime) -> list[str]:
        """Give the UIDs of mails that nobody has read and that came since a day, oldest first."""
        day = imaplib.Time2Internaldate(since)[1:12]
        found = _checked(self._live.uid("SEARCH", "UNSEEN", "SINCE", day))
        return sorted((found[0] or b"").decode().split(), key=int) if found else []

    def raw(self, uid: str, *, most: int) -> bytes | None:
        """Give a mail's first `most` bytes, in which its words are; None when it is gone."""
        found = _checked(self._live.uid("FETCH", uid, f"(BODY.PEEK[]<0.{most}>)"))
        return next((bytes(one[1]) for one in found if isinstance(one, tuple)), None)

    def mark_seen(self, uid: str) -> None:
        """Mark a mail as read."""
        _checked(self._live.uid("STORE", uid, "+FLAGS.SILENT", SEEN))

    def break_off(self) -> None:
        """Let the connection go at once, whatever another thread is waiting for on it."""
        server = self._server
        if server is not None:
            with suppress(OSError, ValueError):
                server.socket().shutdown(socket.SHUT_RDWR)


def check_mailbox(url: str) -> None:
    """Log in and look at the folder; raises OSError, or imaplib's error in the server's words."""
    try:
        with Box(url, readonly=True):
            pass
    except imaplib.IMAP4.error as fault:
        said = fault.args[0] if fault.args else ""
        raise imaplib.IMAP4.error(said.decode() if isinstance(said, bytes) else said) from None


def _checked(answer: tuple[str, Any]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(b" ".join(one for one in data if isinstance(one, bytes)).decode())
    return list(data)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _as_utf7(folder: str) -> str:
    """Write a folder's name as IMAP does (RFC 3501, 5.1.3)."""

    def encoded(run: re.Match[str]) -> str:
        letters = b64encode(run[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{letters.replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", encoded, folder.replace("&", "&-"))
