"""The mailbox's door: mail that customers answer is fetched and handed on (L3.3)."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from bot import audit
from bot.desk import Desk
from bot.mail_leads import receive
from bot.mime import MOST_BYTES
from handlers.imap import Box

log = logging.getLogger(__name__)

EVERY = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 120.0
# Mail that nobody has read for longer was there before the desk, or is no business of it.
LOOKS_BACK = timedelta(days=14)
MOST_AT_ONCE = 200


class MailboxDoor:
    """Looks every few seconds for new mail, on one connection that is made again when it breaks.

    A lead's mail is marked as read once it is stored; any other stays unread, for people. Mail
    that can't be fetched or stored is tried again after pauses that grow from `first_pause`.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        every: float = EVERY,
        first_pause: float = FIRST_PAUSE,
        heard: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Look into the mailbox of `IMAP_URL`; `heard` is told each look's fault, or ""."""
        self._heard = heard
        self._desk, self._every, self._first_pause = desk, every, first_pause
        self._pause, self._fault = first_pause, ""
        self._box = Box(desk.settings.imap_url)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; a mail that is being stored is finished."""
        self._stopping.set()
        self._box.break_off()
        self._thread.join(timeout=2)

    @audit.comes_from(audit.MAIL)
    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch()
            except Exception as fault:  # noqa: BLE001 - a mailbox that is down is tried again
                self._rest(type(fault).__name__)

    def _watch(self) -> None:
        aside: set[str] = set()
        with self._box as box:
            while not self._stopping.is_set():
                self._rest(self._look(box, aside))

    def _look(self, box: Box, aside: set[str]) -> str:
        """Hand on what is new and put `aside` what is no lead's; gives a fault's name, or ""."""
        fault = ""
        since = self._desk.clock() - LOOKS_BACK
        new = [uid for uid in box.unseen(since=since) if uid not in aside]
        for uid in new[:MOST_AT_ONCE]:
            if self._stopping.is_set():
                break
            raw = box.raw(uid, most=MOST_BYTES)
            try:
                ours = raw is not None and receive(self._desk, raw)
            except Exception as broken:  # noqa: BLE001 - the mail stays unread and comes again
                fault = type(broken).__name__
                continue
            if ours:
                box.mark_seen(uid)
            else:
                aside.add(uid)
        return fault

    def _rest(self, fault: str) -> None:
        """Wait until the next look, after a fault each time longer; an outage is told once."""
        if self._stopping.is_set():
            return
        if fault and not self._fault:
            log.warning("mail can't be read: %s", fault)
        elif self._fault and not fault:
            log.info("mail is read again")
        self._fault = fault
        self._heard(fault)
        self._stopping.wait(self._pause if fault else self._every)
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if fault else self._first_pause
