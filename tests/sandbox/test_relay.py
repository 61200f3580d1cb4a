"""A wire that freezes: it stands, and nothing passes."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from sandbox.relay import HOST, Relay


@pytest.fixture
def far() -> Iterator[socket.socket]:
    with closing(socket.create_server((HOST, 0))) as door:
        door.settimeout(5)
        yield door


@pytest.fixture
def relay(far: socket.socket) -> Iterator[Relay]:
    with Relay(to=far.getsockname()[1]) as made:
        yield made


def wired(relay: Relay, far: socket.socket) -> tuple[socket.socket, socket.socket]:
    """Give both ends of a new wire."""
    port = int(relay.url.rpartition(":")[2])
    near = socket.create_connection((HOST, port), timeout=5)
    other, _ = far.accept()
    other.settimeout(5)
    return near, other


def passes(near: socket.socket, other: socket.socket) -> bool:
    near.sendall(b"ping")
    other.settimeout(0.2)
    try:
        return other.recv(9) == b"ping"
    except TimeoutError:
        return False


class TestARelay:
    def test_carries_bytes_both_ways(self, relay: Relay, far: socket.socket):
        near, other = wired(relay, far)
        with near, other:
            assert passes(near, other)
            assert passes(other, near)
            assert relay.wires == 1

    def test_that_is_frozen_lets_nothing_pass_and_tells_nobody(
        self, relay: Relay, far: socket.socket
    ):
        near, other = wired(relay, far)
        with near, other:
            assert passes(near, other)
            relay.freeze()
            assert not passes(near, other)
            assert not passes(other, near)
            assert relay.wires == 0

    def test_freezes_so_many_wires_and_no_new_one(self, relay: Relay, far: socket.socket):
        first, second = wired(relay, far), wired(relay, far)
        assert all(passes(*one) for one in (first, second))
        relay.freeze(most=1)
        third = wired(relay, far)
        assert [passes(*one) for one in (first, second, third)] == [False, True, True]
        for end in (*first, *second, *third):
            end.close()

    def test_closes_both_ends_with_one(self, relay: Relay, far: socket.socket):
        near, other = wired(relay, far)
        with other:
            near.close()
            assert other.recv(9) == b""

    def test_to_nowhere_closes_at_once(self):
        with Relay(to=1) as relay:
            port = int(relay.url.rpartition(":")[2])
            with socket.create_connection((HOST, port), timeout=5) as near:
                assert near.recv(9) == b""
