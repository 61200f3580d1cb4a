"""Signed links: only ours are read, they outlive a restart, they tell nothing of a person."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from bot import links
from bot.links import Target
from tests.desk import FakeClock, Room, a_desk

PUBLIC = "https://leads.example.com/desk"
DANA = "dana@example.com"


@pytest.fixture
def public(tmp_path: Path, clock: FakeClock):
    with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC) as made:
        yield made


def stop_token(room: Room, address: str = DANA) -> str:
    with room.desk.store.view() as view:
        link = links.unsubscribe_link(room.desk, view, 7, address)
    assert link.startswith(f"{PUBLIC}/u/")
    return link.rpartition("/")[2]


def page_token(room: Room) -> str:
    with room.desk.store.view() as view:
        link = links.page_link(room.desk, view, 7, DANA, now=room.clock.now)
    assert link.startswith(f"{PUBLIC}/p/")
    return link.rpartition("/")[2]


def stops(room: Room, token: str) -> Target | None:
    with room.desk.store.view() as view:
        return links.unsubscribe_target(view, token)


def leads_to(room: Room, token: str) -> Target | None:
    with room.desk.store.view() as view:
        return links.page_target(view, token, now=room.clock.now)


class TestALink:
    def test_is_read_back(self, public: Room):
        target = stops(public, stop_token(public))
        assert target is not None
        assert target.lead_id == 7
        with public.desk.store.view() as view:
            assert links.went_to(view, target, DANA)
            assert not links.went_to(view, target, "other@example.com")

    def test_outlives_a_restart(self, public: Room, tmp_path: Path):
        token, page = stop_token(public), page_token(public)
        with a_desk(tmp_path, public.clock, PUBLIC_URL=PUBLIC) as again:
            assert stops(again, token) == stops(public, token)
            assert leads_to(again, page) is not None
            assert stop_token(again) == token

    def test_holds_nothing_of_a_person(self, public: Room):
        payload = stop_token(public).partition(".")[0]
        read = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        assert b"dana" not in read
        assert read.startswith(b"[7,")

    def test_of_one_kind_is_none_of_the_other(self, public: Room):
        assert stops(public, page_token(public)) is None
        assert leads_to(public, stop_token(public)) is None

    @pytest.mark.parametrize("change", [0, 3, 20, -1])
    def test_that_was_changed_is_not_ours(self, public: Room, change: int):
        for token, read in ((stop_token(public), stops), (page_token(public), leads_to)):
            letters = list(token)
            letters[change] = "A" if letters[change] != "A" else "B"
            assert read(public, "".join(letters)) is None or change == -1

    @pytest.mark.parametrize(
        "token", ["", ".", "a.b", "a.b.c", "x" * 10_000, "שלום", "\x00.%", "..."]
    )
    def test_of_a_stranger_is_not_ours(self, public: Room, token: str):
        stop_token(public)
        assert stops(public, token) is None
        assert leads_to(public, token) is None

    def test_is_none_before_one_was_ever_made(self, public: Room):
        assert stops(public, "a.b") is None
        assert leads_to(public, "a.b.c") is None

    def test_is_not_made_where_nobody_outside_can_follow_it(self, room: Room):
        with room.desk.store.view() as view:
            assert links.unsubscribe_link(room.desk, view, 7, DANA) == ""
            assert links.page_link(room.desk, view, 7, DANA, now=room.clock.now) == ""


class TestALinkToThePage:
    def test_is_good_for_sixty_days(self, public: Room):
        token = page_token(public)
        public.clock.forward(days=60)
        found = leads_to(public, token)
        assert found is not None
        assert not found.expired

    def test_is_too_old_after_that_and_still_says_whose_it_was(self, public: Room):
        token = page_token(public)
        public.clock.forward(timedelta(days=60, seconds=1))
        found = leads_to(public, token)
        assert found is not None
        assert (found.lead_id, found.expired) == (7, True)


class TestALinkToRefuse:
    def test_never_grows_old(self, public: Room):
        token = stop_token(public)
        public.clock.forward(days=3650)
        assert stops(public, token) is not None
