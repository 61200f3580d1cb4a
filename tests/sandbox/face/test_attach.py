"""Files that are attached on the page: taken where they may be, and the one to try."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI

from sandbox.face.attach import MARK, add_attach
from sandbox.face.stage import Stage
from sandbox.town import Town
from tests.sandbox.face.stages import LEADS, MANAGERS, NOA

PAGE = {MARK: "page"}
CONTENT = b"Name,Phone\r\nDana,054-234-5678\r\n"


@pytest.fixture
def app(stage: Stage) -> FastAPI:
    made = FastAPI()
    add_attach(made, stage)
    return made


def asked(app: FastAPI, method: str, url: str, **given: object) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://page"
        ) as client:
            return await client.request(method, url, **given)  # type: ignore[arg-type]

    # A browser of other tests may have a loop running in this thread.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(lambda: asyncio.run(ask())).result()


def given(app: FastAPI, *, content: bytes = CONTENT, place: str = "", me: str = NOA.id) -> int:
    where = {"me": me, "place": place, "name": "leads.csv"}
    return asked(app, "POST", "/attach", params=where, content=content, headers=PAGE).status_code


class TestAFile:
    def test_goes_to_the_app(self, app: FastAPI, town: Town):
        assert given(app) == 204
        [message] = town.slack.person(NOA.id).dms
        assert [one["name"] for one in message.files] == ["leads.csv"]
        assert town.slack.world.contents[message.files[0]["id"]] == CONTENT

    def test_goes_where_the_person_looks(self, app: FastAPI, town: Town):
        assert given(app, place=LEADS) == 204
        assert town.slack.channel(LEADS).messages[-1].files

    @pytest.mark.parametrize(
        "wrong",
        [{"content": b""}, {"place": MANAGERS}, {"place": "C0NOWHERE"}, {"me": "U0NOBODY"}],
        ids=["empty", "not a member", "nowhere", "nobody"],
    )
    def test_that_cant_be_given_is_not_taken(
        self, app: FastAPI, town: Town, wrong: dict[str, object]
    ):
        before = town.version
        assert given(app, **wrong) == 409  # type: ignore[arg-type]
        assert town.version == before

    def test_larger_than_slack_takes_is_not_taken(
        self, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("sandbox.face.attach.MOST_BYTES", len(CONTENT) - 1)
        assert given(app) == 413

    def test_of_another_sites_page_is_not_taken(self, app: FastAPI):
        where = {"me": NOA.id, "name": "x.csv"}
        assert asked(app, "POST", "/attach", params=where, content=CONTENT).status_code == 403


class TestTheSample:
    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_can_be_downloaded(self, app: FastAPI, locale: str):
        answer = asked(app, "GET", f"/sample/{locale}")
        assert (answer.status_code, len(answer.content) > 300) == (200, True)
        assert f'filename="leads-{locale}.csv"' in answer.headers["content-disposition"]

    def test_of_another_language_is_not_there(self, app: FastAPI):
        assert asked(app, "GET", "/sample/fr").status_code == 404
