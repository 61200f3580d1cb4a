"""The file of a backup: whatever happens to it is noticed, with a key and without (C5)."""

import hashlib
import io
import os
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.refusals import Refused
from storage import backup_file
from storage.backup_file import Contents, Part, contents_of, reading, writing

KEY, OTHER = "correct horse battery", "correct horse batterz"
CONTENTS = Contents(
    "postgresql",
    "0007",
    datetime(2026, 11, 15, 3, 30, 0, 5, tzinfo=UTC),
    (Part("leads", 3, "ab", ("id", "name"), 12), Part("kept", 0, "cd")),
    {"leads_id_seq": (3, True)},
)
HEADER = len(backup_file.MAGIC) + 33
FAULTS = {"backup.damaged", "backup.not_one", "backup.empty", "backup.needs_key"}
FAULTS |= {"backup.wrong_key"}


@pytest.fixture(scope="module", autouse=True)
def small():
    """Frames of some bytes, and a key that is cheap to derive."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup_file, "CHUNK", 64)
        patch.setitem(backup_file.COST, "n", 2)
        yield


def silent(_step: str, _share: float) -> None:
    """Tell nobody."""


def sealed(data: bytes, *, key: str) -> bytes:
    held = Held()
    with writing(held, key=key) as (out, end):
        out.write(data)
        end(CONTENTS)
    return held.getvalue()


class Held(io.BytesIO):
    """A file in memory that a disk stands behind."""

    def fileno(self) -> int:
        return _NOWHERE


_NOWHERE = os.open(os.devnull, os.O_WRONLY)


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def opened(path: Path, *, key: str) -> bytes:
    with reading(path, key=key) as data:
        return data.read()


def fault_of(path: Path, content: bytes, *, key: str) -> str:
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        contents_of(path, key=key, progress=silent)
    return caught.value.key


def frames_of(content: bytes) -> list[bytes]:
    found, at = [], HEADER
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        found.append(content[at : at + 4 + length])
        at += 4 + length
    return found


DATA = os.urandom(500)


@pytest.fixture(params=["", KEY], ids=["open", "sealed"])
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def content(key: str) -> bytes:
    return sealed(DATA, key=key)


class TestTheFile:
    def test_gives_back_what_went_in(self, tmp_path: Path, key: str, content: bytes):
        path = tmp_path / "x"
        path.write_bytes(content)
        assert contents_of(path, key=key, progress=silent) == CONTENTS
        assert opened(path, key=key) == DATA
        assert len(frames_of(content)) > 5

    @given(st.binary(max_size=400), st.sampled_from(["", KEY]))
    def test_gives_back_anything(self, tmp_path_factory, data: bytes, key: str):
        path = tmp_path_factory.mktemp("any") / "x"
        path.write_bytes(sealed(data, key=key))
        assert opened(path, key=key) == data

    def test_notices_each_byte_that_changed(self, tmp_path: Path, key: str, content: bytes):
        path = tmp_path / "x"
        for at in range(len(content)):
            for mask in (0x01, 0x80):
                changed = bytearray(content)
                changed[at] ^= mask
                assert fault_of(path, bytes(changed), key=key) in FAULTS, at

    def test_notices_where_it_was_cut(self, tmp_path: Path, key: str, content: bytes):
        path = tmp_path / "x"
        for length in range(len(content)):
            assert fault_of(path, content[:length], key=key) in FAULTS, length

    def test_notices_what_was_added(self, tmp_path: Path, key: str, content: bytes):
        path, frames = tmp_path / "x", frames_of(content)
        for more in (b"\0", b"x" * 100, frames[-1], frames[0], content):
            assert fault_of(path, content + more, key=key) == "backup.damaged"

    def test_notices_frames_in_another_order(self, tmp_path: Path, key: str, content: bytes):
        path, frames = tmp_path / "x", frames_of(content)
        for at in range(len(frames) - 1):
            moved = [*frames]
            moved[at], moved[at + 1] = moved[at + 1], moved[at]
            assert fault_of(path, content[:HEADER] + b"".join(moved), key=key) == "backup.damaged"

    def test_notices_a_frame_that_lacks_or_stands_twice(
        self, tmp_path: Path, key: str, content: bytes
    ):
        path, frames = tmp_path / "x", frames_of(content)
        for at in range(len(frames)):
            without, twice = frames[:at] + frames[at + 1 :], frames[: at + 1] + frames[at:]
            for one in (without, twice):
                changed = content[:HEADER] + b"".join(one)
                assert fault_of(path, changed, key=key) == "backup.damaged"

    def test_notices_a_frame_of_another_file(self, tmp_path: Path, key: str, content: bytes):
        path, other = tmp_path / "x", frames_of(sealed(DATA, key=key))
        frames = [other[0], *frames_of(content)[1:]]
        assert fault_of(path, content[:HEADER] + b"".join(frames), key=key) == "backup.damaged"

    @given(noise=st.binary(max_size=300))
    def test_refuses_noise_in_words(self, tmp_path_factory, noise: bytes):
        path = tmp_path_factory.mktemp("noise") / "x"
        for head in (b"", backup_file.MAGIC, sealed(DATA, key="")[:HEADER]):
            assert fault_of(path, head + noise, key=KEY) in FAULTS

    @pytest.mark.parametrize(
        "last",
        [b"[" * 100_000, b"9" * 5000, b"[]", b'{"parts": [[1]], "counters": {}}',
         b'{"parts": [], "counters": [], "at": "2026-11-15", "dialect": {}, "version": {}}'],
        ids=["deep", "long", "list", "odd", "other"],
    )  # fmt: skip
    def test_whose_last_frame_says_nothing_is_refused_in_words(self, tmp_path: Path, last: bytes):
        whole = sealed(DATA, key="")
        header, frames = whole[:HEADER], frames_of(whole)
        place = struct.pack(">QI", len(frames) - 1, 1)
        digest = hashlib.sha256(header + place + last).digest()
        frames[-1] = struct.pack(">I", 32 + len(last)) + digest + last
        assert fault_of(tmp_path / "x", header + b"".join(frames), key="") == "backup.damaged"

    def test_is_refused_while_it_is_read_too(self, tmp_path: Path, key: str, content: bytes):
        path = tmp_path / "x"
        path.write_bytes(content[:-1])
        with pytest.raises(Refused, match=r"backup\.damaged"):
            opened(path, key=key)


class TestAKey:
    def test_that_is_another_is_named(self, tmp_path: Path):
        assert fault_of(tmp_path / "x", sealed(DATA, key=KEY), key=OTHER) == "backup.wrong_key"

    def test_that_lacks_is_named(self, tmp_path: Path):
        assert fault_of(tmp_path / "x", sealed(DATA, key=KEY), key="") == "backup.needs_key"

    def test_is_not_needed_for_an_open_one(self, tmp_path: Path):
        (tmp_path / "x").write_bytes(sealed(DATA, key=""))
        assert opened(tmp_path / "x", key=KEY) == DATA

    def test_hides_what_is_in_it(self):
        assert b"leads_id_seq" in sealed(DATA, key="")
        assert b"leads_id_seq" not in sealed(DATA, key=KEY)
        assert KEY.encode() not in sealed(DATA, key=KEY)

    def test_seals_two_files_differently(self):
        one, two = (frames_of(sealed(DATA, key=KEY)) for _ in range(2))
        assert not set(one) & set(two)
