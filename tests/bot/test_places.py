"""Where an IP address is, by a database of the desk's own (L5.2)."""

import logging
from pathlib import Path

import pytest

from bot.doctor import Finding, examine, places_finding
from bot.places import NOWHERE, Place, check, place_of
from bot.settings import Settings
from tests.bot.mmdb import write_places

HAIFA = {"country": {"iso_code": "IL"}, "city": {"names": {"en": "Haifa"}}}
COUNTRY = {"country": {"iso_code": "US"}}
HERE, THERE = "8.8.4.0/24", "8.8.8.0/24"


@pytest.fixture
def places(tmp_path: Path) -> str:
    path = tmp_path / "places.mmdb"
    write_places(path, {HERE: HAIFA, THERE: COUNTRY})
    return str(path)


class TestAnAddress:
    def test_has_a_country_and_a_city(self, places: str):
        assert place_of(places, "8.8.4.4") == Place("IL", "Haifa")

    def test_may_have_no_city(self, places: str):
        assert place_of(places, "8.8.8.8") == Place("US")

    def test_of_a_database_of_countries_has_no_city(self, tmp_path: Path):
        path = tmp_path / "countries.mmdb"
        write_places(path, {HERE: HAIFA}, kind="GeoLite2-Country")
        assert place_of(str(path), "8.8.4.4") == Place("IL")

    @pytest.mark.parametrize(
        "ip", ["", "x", "127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fe80::1", "9.9.9.9", "8.8"]
    )
    def test_that_is_private_or_unknown_says_nothing(self, places: str, ip: str):
        assert place_of(places, ip) == NOWHERE

    def test_of_the_other_version_says_nothing(self, places: str):
        assert place_of(places, "2001:4860:4860::8888") == NOWHERE


class TestAFile:
    def test_that_is_not_named_says_nothing(self):
        assert place_of("", "8.8.4.4") == NOWHERE

    def test_that_is_broken_says_nothing_and_is_logged_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ):
        path = tmp_path / "broken.mmdb"
        path.write_bytes(b"x" * 100)
        with caplog.at_level(logging.WARNING):
            assert [place_of(str(path), "8.8.4.4") for _ in range(2)] == [NOWHERE, NOWHERE]
        assert [one.message for one in caplog.records] == [
            "GEOIP_FILE can't be read: InvalidDatabaseError"
        ]

    def test_that_is_cut_off_says_nothing(self, tmp_path: Path, places: str):
        whole, path = Path(places).read_bytes(), tmp_path / "cut.mmdb"
        path.write_bytes(whole[:40] + whole[120:])
        assert place_of(str(path), "8.8.4.4") in {NOWHERE, Place("IL", "Haifa")}

    def test_is_checked(self, tmp_path: Path, places: str):
        assert check(places) == "GeoLite2-City"
        with pytest.raises(FileNotFoundError):
            check(str(tmp_path / "none.mmdb"))


class TestTheDoctor:
    def test_says_that_the_file_is_read(self, places: str):
        found = examine([("places", lambda: places_finding(settings(places)))])
        assert found == [Finding("places", good=True, text="GeoLite2-City")]

    def test_says_what_is_wrong_with_it(self, tmp_path: Path):
        [found] = examine([("places", lambda: places_finding(settings(str(tmp_path / "no"))))])
        assert found.good is False
        assert "No such file" in found.text


def settings(file: str) -> Settings:
    return Settings.from_env({"GEOIP_FILE": file})
