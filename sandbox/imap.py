"""An IMAP server over one address of the sandbox's mailbox."""

from contextlib import suppress
from socket import SHUT_RDWR, socket
from socketserver import ThreadingTCPServer
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import quote

from sandbox.httpserver import HOST
from sandbox.imap_shelf import SEEN, Shelf
from sandbox.imap_talk import Conversation
from sandbox.mailbox import Mailbox
from sandbox.mails import Mail


class ImapServer:
    """Lets one address of a mailbox be read over IMAP on 127.0.0.1; enter it to start.

    While ``down`` is set, whoever connects is left without a word, and counted in ``knocks``.
    """

    def __init__(self, mailbox: Mailbox, *, address: str, password: str) -> None:
        self.down, self.knocks = False, 0
        self._shelf = Shelf(mailbox, address=address, password=password)
        self._server = _Server(self, self._shelf)
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.02,), name="sandbox-imap", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self.hang_up()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address, ``imap://user:password@127.0.0.1:port/INBOX``."""
        user, password = (
            quote(one, safe="") for one in (self._shelf.address, self._shelf.password)
        )
        return f"imap://{user}:{password}@{HOST}:{self._server.server_address[1]}/INBOX"

    def seen(self) -> list[Mail]:
        """Return the mails that were marked as read, oldest first."""
        return [one.mail for one in self._shelf.mails() if SEEN in one.flags]

    def hang_up(self) -> None:
        """Break every connection that stands."""
        self._server.break_all()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, owner: ImapServer, shelf: Shelf) -> None:
        class Talk(Conversation):
            pass

        Talk.shelf = shelf
        super().__init__((HOST, 0), Talk)
        self._owner, self._lock = owner, Lock()
        self._standing: set[socket] = set()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Talk on a connection, and remember it meanwhile; while down, part without a word."""
        if self._owner.down:
            self._owner.knocks += 1
            self.shutdown_request(request)
            return
        with self._lock:
            self._standing.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._standing.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break."""

    def break_all(self) -> None:
        """Break every connection."""
        with self._lock:
            standing = list(self._standing)
        for one in standing:
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)
