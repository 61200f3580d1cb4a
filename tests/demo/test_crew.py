"""A crew that goes on: after an end, in another language, after a beginning that was cut off."""

import json
import re
import threading
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from demo import crew as crew_module
from demo.crew import OPENING, Crew, Opening
from sandbox.face.stage import Guide, Show
from sandbox.story.tale import make_story
from sandbox.town import KEPT
from tests.demo.lives import Lives, running
from tests.demo.worlds import Worlds

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _short_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "make_story", partial(make_story, weeks=1))


def change(crew: Crew, locale: str) -> Show:
    """Ask for a language as the page does, and wait until it is there."""
    crew.change(locale)
    join()
    assert crew.stage.show is not None
    return crew.stage.show


def join() -> None:
    for thread in threading.enumerate():
        if thread.name == "language":
            thread.join(60)


def cards(show: Show) -> list[str]:
    return [one.plain for one in show.town.slack.channel("leads").messages]


class TestACrew:
    def test_goes_on_where_it_ended(self, tmp_path: Path, worlds: Worlds):
        first, second = Lives(), Lives()
        worlds.put("en", tmp_path)
        with running(first.crew(tmp_path)) as show:
            before, guide = cards(show), show.guide
            show.town.calendar.run_to(first.desks[0].clock().replace(hour=15), within=0)
        with running(second.crew(tmp_path)) as show:
            assert cards(show) == before
            assert show.guide == guide
            assert show.town.calendar.now().hour == 15
        assert first.told == second.told == []
        assert second.said == ["start en", "stop en"]

    def test_changes_the_language_and_back(self, tmp_path: Path, worlds: Worlds):
        lives = Lives()
        worlds.put("en", tmp_path)
        crew = lives.crew(tmp_path)
        with running(crew) as show:
            english = cards(show)
            crew.stage.done.add("form")
            hebrew = change(crew, "he")
            assert (hebrew.locale, crew.stage.locale, crew.stage.done) == ("he", "he", set())
            assert all(re.search("[א-ת]", card) for card in cards(hebrew))
            assert change(crew, "he") is hebrew
            lived = len(lives.told)
            assert lived
            assert cards(change(crew, "en")) == english
            assert len(lives.told) == lived
        assert lives.said == [
            "start en", "stop en", "start he", "stop he", "start en", "stop en"
        ]  # fmt: skip

    def test_that_ended_changes_no_more(self, tmp_path: Path):
        crew = Lives().crew(tmp_path)
        crew.change("he")
        join()
        assert crew.stage.show is None
        assert list(tmp_path.iterdir()) == []

    def test_begins_anew_when_what_it_kept_is_not_whole(self, tmp_path: Path):
        folder = tmp_path / "en"
        folder.mkdir()
        guide = Guide(rep="U01NOA", lead_id=1, customer="c1", second_rep="U01NOA", second_id=2)
        opening = Opening(began="2025-11-25T08:00:00+00:00", guide=guide)
        (folder / OPENING).write_text(json.dumps(asdict(opening)), "utf-8")
        (folder / KEPT).write_text('{"now": ', "utf-8")
        (folder / "leads.db").write_text("not a database", "utf-8")
        lives = Lives()
        with running(lives.crew(tmp_path)) as show:
            assert len(cards(show)) > 8
            assert show.guide != guide
        assert lives.told
