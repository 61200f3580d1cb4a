"""A wire between the app and Slack's socket that can freeze: it stands, and nothing passes."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import Self

CHUNK = 65_536
HOST = "127.0.0.1"


class Relay:
    """Carries bytes to a port of this machine and back; enter it to start."""

    def __init__(self, *, to: int) -> None:
        self._to = to
        self._door = socket.create_server((HOST, 0))
        self._wires: list[tuple[socket.socket, socket.socket]] = []
        self._frozen: set[socket.socket] = set()
        self._over = False
        self._lock = Lock()
        self._thread = Thread(target=self._accept, name="relay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        _close(self._door)
        with self._lock:
            self._over = True
            ends = [end for wire in self._wires for end in wire]
        for end in ends:
            _close(end)
        self._thread.join(timeout=5.0)

    @property
    def url(self) -> str:
        """The address at which it takes connections."""
        return f"http://{HOST}:{self._door.getsockname()[1]}"

    @property
    def wires(self) -> int:
        """How many connections go through it, the frozen ones not counted."""
        with self._lock:
            return sum(one not in self._frozen for one, _ in self._wires)

    def freeze(self, *, most: int = 10) -> None:
        """Let nothing pass any more on the wires that stand now, or on so many of them.

        Nobody is told: both ends go on believing in them. New wires are sound.
        """
        with self._lock:
            for wire in [one for one in self._wires if one[0] not in self._frozen][:most]:
                self._frozen.update(wire)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                self._lead(near)

    def _lead(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((HOST, self._to))
        except OSError:
            _close(near)
            return
        with self._lock:
            over = self._over
            self._wires += [] if over else [(near, far)]
        if over:
            _close(near)
            _close(far)
            return
        for source, target in ((near, far), (far, near)):
            Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                if source not in self._frozen:
                    target.sendall(chunk)
        if source in self._frozen:
            return
        for end in (source, target):
            _close(end)
        with self._lock:
            self._wires = [one for one in self._wires if source not in one]


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
