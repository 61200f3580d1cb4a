"""The HTTP API: what a CRM reads and writes, and what each token may (contract: HTTP)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot import assign, audit, one_person
from handlers.web import make_web
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk

TOKENS = "crm:manager:boss,Avi:rep:avis,Nobody:rep:stranger"
CRM = {"Authorization": "Bearer boss"}
AVIS = {"Authorization": "Bearer avis"}


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, API_TOKENS=TOKENS) as made:
        yield made


@pytest.fixture
def web(room: Room) -> Iterator[TestClient]:
    with TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


def mine(room: Room, owner: str = AVI, **fields: Any) -> int:
    """Take in a lead, and give it to a rep where the rotation chose another."""
    lead = room.lead(**fields)
    if lead.owner != owner:
        assign.assign_lead(room.desk, lead.id, to=owner, by=MIRI)
    return lead.id


class TestALead:
    def test_is_told_whole(self, web: TestClient, room: Room):
        lead = mine(room, external_id="fb-1", campaign="March", language="he")
        told = web.get(f"/api/leads/{lead}", headers=CRM).json()
        assert told["id"] == lead
        assert told["external_ids"] == [{"source": "website", "id": "fb-1"}]
        assert told["phone"] == {
            "raw": "052-234-5678",
            "e164": "+972522345678",
            "type": "mobile",
            "valid": True,
        }
        assert (told["email"], told["campaign"]) == ("dana@example.com", "March")
        assert told["owner"] == {"slack_id": AVI, "name": "Avi"}
        assert told["next_step"]["what"] == "call"
        assert told["next_step"]["by"] == AVI
        assert told["created_at"] == "2026-11-15T08:00:00+00:00"
        assert [one["what"] for one in told["history"]][-1] == "created"
        assert not told["masked"]

    def test_tells_of_the_messages_that_wait(self, web: TestClient, room: Room):
        lead = mine(room)
        room.log(lead, "noanswer")
        told = web.get(f"/api/leads/{lead}", headers=CRM).json()
        assert {(one["layer"], one["channel"], one["state"]) for one in told["messages"]} == {
            ("sms_first", "sms", "waiting"),
            ("mail_first", "email", "waiting"),
        }
        assert told["attempts"] == 1
        room.tick(minutes=1)
        told = web.get(f"/api/leads/{lead}", headers=CRM).json()
        assert {one["state"] for one in told["messages"]} == {"sent"}

    def test_of_another_is_masked_for_a_rep(self, web: TestClient, room: Room):
        lead = mine(room, NOA, note="wants blue")
        told = web.get(f"/api/leads/{lead}", headers=AVIS).json()
        assert told["masked"]
        assert told["phone"]["raw"] == "052-•••-••78"
        assert (told["phone"]["e164"], told["email"]) == ("", "d•••@example.com")
        assert (told["note"], told["history"], told["external_ids"]) == ("", [], [])

    def test_of_ones_own_is_not(self, web: TestClient, room: Room):
        told = web.get(f"/api/leads/{mine(room)}", headers=AVIS).json()
        assert told["phone"]["e164"] == "+972522345678"

    def test_that_is_not_there_is_404(self, web: TestClient, room: Room):
        answer = web.get("/api/leads/99", headers=CRM)
        assert (answer.status_code, list(answer.json())) == (404, ["error"])

    def test_that_was_seen_stands_in_the_audit(self, web: TestClient, room: Room):
        lead = mine(room)
        web.get(f"/api/leads/{lead}", headers=CRM)
        last = audit.listed(room.desk, lead).lines[-1]
        assert (last.actor, last.act, last.origin) == ("api:crm", "see", "http:crm")


class TestAnETag:
    def test_that_is_known_answers_304(self, web: TestClient, room: Room):
        lead = mine(room)
        first = web.get(f"/api/leads/{lead}", headers=CRM)
        again = web.get(
            f"/api/leads/{lead}", headers=CRM | {"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")

    def test_is_known_as_a_proxy_writes_it_and_is_told_back_as_ours(
        self, web: TestClient, room: Room
    ):
        path = f"/api/leads/{mine(room)}"
        tag = web.get(path, headers=CRM).headers["etag"]
        again = web.get(path, headers=CRM | {"If-None-Match": f'"another", W/{tag}'})
        assert (again.status_code, again.headers["etag"]) == (304, tag)

    def test_changes_with_what_is_told(self, web: TestClient, room: Room):
        lead = mine(room)
        first = web.get(f"/api/leads/{lead}", headers=CRM).headers["etag"]
        room.log(lead, "noanswer")
        assert web.get(f"/api/leads/{lead}", headers=CRM).headers["etag"] != first

    def test_of_a_former_state_stops_a_change(self, web: TestClient, room: Room):
        lead = mine(room)
        tag = web.get(f"/api/leads/{lead}", headers=CRM).headers["etag"]
        path, header = f"/api/leads/{lead}", CRM | {"If-Match": tag}
        assert web.patch(path, json={"city": "Haifa"}, headers=header).status_code == 200
        assert web.patch(path, json={"city": "Eilat"}, headers=header).status_code == 412
        assert web.patch(path, json={"city": "Eilat"}, headers=CRM | {"If-Match": "x"}).status_code
        assert room.load(lead).id == lead
        told = web.get(path, headers=CRM).json()
        assert told["city"] == "Haifa"


class TestTokens:
    @pytest.mark.parametrize(
        ("header", "status"),
        [
            ({}, 401),
            ({"Authorization": "Bearer wrong"}, 401),
            ({"Authorization": "Basic boss"}, 401),
            ({"Authorization": "Bearer stranger"}, 403),
            (CRM, 200),
            (AVIS, 200),
        ],
        ids=["none", "wrong", "basic", "of nobody here", "a manager's", "a rep's"],
    )
    def test_open_the_door_or_not(
        self, web: TestClient, room: Room, header: dict[str, str], status: int
    ):
        answer = web.get(f"/api/leads/{mine(room)}", headers=header)
        assert answer.status_code == status
        assert ("www-authenticate" in answer.headers) == (status == 401)

    ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
        ("patch", {"city": "Haifa"}),
        ("patch", {"stage": "sql"}),
        ("patch", {"stage": "disqualified", "reason": "spam"}),
        ("patch", {"owner": "Miri"}),
        ("patch", {"opted_out": ["sms"]}),
        ("outcome", {"outcome": "noanswer"}),
    )

    @pytest.mark.parametrize(("act", "body"), ACTS, ids=lambda one: str(one)[:24])
    @pytest.mark.parametrize(
        ("header", "owner", "may"),
        [(CRM, AVI, True), (CRM, NOA, True), (AVIS, AVI, True), (AVIS, NOA, False)],
        ids=["manager", "manager, another's", "rep, own", "rep, another's"],
    )
    def test_allow_what_the_role_allows_in_slack(
        self,
        web: TestClient,
        room: Room,
        *,
        act: str,
        body: dict[str, Any],
        header: dict[str, str],
        owner: str,
        may: bool,
    ):
        lead = mine(room, owner)
        if act == "patch":
            answer = web.patch(f"/api/leads/{lead}", json=body, headers=header)
        else:
            answer = web.post(f"/api/leads/{lead}/outcomes", json=body, headers=header)
        assert (answer.status_code in {200, 201}) is may, answer.text
        assert may or answer.status_code == 403


class TestAList:
    def test_finds_a_person_by_a_phone_in_any_form(self, web: TestClient, room: Room):
        lead = mine(room)
        for phone in ("0522345678", "+972 52-234-5678", "052 234 5678"):
            found = web.get("/api/leads", params={"phone": phone}, headers=CRM).json()
            assert [one["id"] for one in found["items"]] == [lead]

    def test_finds_a_person_by_address_and_by_id(self, web: TestClient, room: Room):
        lead = mine(room, external_id="fb-1")
        for asked in ({"email": "DANA@example.com"}, {"external_id": "fb-1"}):
            found = web.get("/api/leads", params=asked, headers=CRM).json()
            assert [one["id"] for one in found["items"]] == [lead]
            assert found["next"] is None

    @pytest.mark.parametrize(
        "asked",
        [{"phone": "hello"}, {"email": "nobody"}, {"external_id": "x"}, {"phone": "0529999999"}],
        ids=str,
    )
    def test_finds_nobody_where_there_is_nobody(
        self, web: TestClient, room: Room, asked: dict[str, str]
    ):
        mine(room)
        found = web.get("/api/leads", params=asked, headers=CRM)
        assert (found.status_code, found.json()) == (200, {"items": [], "next": None})

    def people(self, room: Room, count: int) -> list[int]:
        made = []
        for n in range(count):
            room.clock.forward(minutes=1)
            made.append(room.lead(phone=f"052-234-56{n:02}", email=f"p{n}@example.com").id)
        return made

    def walk(self, web: TestClient, **asked: Any) -> list[list[int]]:
        pages, cursor = [], ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            got = web.get("/api/leads", params=asked | more, headers=CRM).json()
            pages.append([one["id"] for one in got["items"]])
            if got["next"] is None:
                return pages
            cursor = got["next"]

    def test_goes_on_page_by_page(self, web: TestClient, room: Room):
        made = self.people(room, 5)
        assert self.walk(web, limit=2) == [made[:2], made[2:4], made[4:]]

    def test_of_what_changed_begins_at_the_moment(self, web: TestClient, room: Room):
        made = self.people(room, 3)
        room.clock.forward(minutes=1)
        since = room.clock.now.isoformat()
        assert self.walk(web, updated_since=since) == [[]]
        room.log(made[1], "noanswer")
        room.log(made[0], "noanswer")
        assert self.walk(web, updated_since=since) == [[made[1], made[0]]]
        assert self.walk(web, updated_since="2020-01-01T00:00:00Z", limit=2) == [
            [made[2], made[1]],
            [made[0]],
        ]

    def test_misses_nothing_that_changes_meanwhile(self, web: TestClient, room: Room):
        made = self.people(room, 3)
        first = web.get(
            "/api/leads",
            params={"updated_since": "2020-01-01T00:00:00Z", "limit": 1},
            headers=CRM,
        ).json()
        room.log(made[0], "noanswer")
        rest = self.walk(web, cursor=first["next"])
        assert [one["id"] for one in first["items"]] == [made[0]]
        assert rest == [[made[1], made[2], made[0]]]

    @pytest.mark.parametrize(
        "asked",
        [{"cursor": "x"}, {"cursor": "bjo="}, {"updated_since": "yesterday"}],
        ids=["no base64", "no number", "no moment"],
    )
    def test_refuses_what_it_did_not_give(self, web: TestClient, room: Room, asked: dict[str, str]):
        assert web.get("/api/leads", params=asked, headers=CRM).status_code == 400

    def test_masks_what_is_not_the_reps(self, web: TestClient, room: Room):
        mine(room, NOA)
        (found,) = web.get("/api/leads", headers=AVIS).json()["items"]
        assert found["masked"]


class TestAChange:
    def patch(self, web: TestClient, lead: int, **body: Any) -> Any:
        return web.patch(f"/api/leads/{lead}", json=body, headers=CRM)

    def test_is_kept_with_a_line_of_history(self, web: TestClient, room: Room):
        lead = mine(room)
        told = self.patch(web, lead, city="Haifa", vendor="Ads House").json()
        assert (told["city"], told["vendor"]) == ("Haifa", "Ads House")
        assert told["history"][0]["data"] == {"fields": "vendor, city"}
        assert told["history"][0]["actor"] == "api:crm"

    def test_that_changes_nothing_leaves_no_trace(self, web: TestClient, room: Room):
        lead = mine(room)
        before = room.history(lead)
        self.patch(web, lead, email="dana@example.com", phone="052-234-5678", city=None)
        assert room.history(lead) == before

    def test_mends_a_number_and_the_lead_is_called(self, web: TestClient, room: Room):
        lead = mine(room, phone="123")
        told = self.patch(web, lead, phone="054-234-5678").json()
        assert told["phone"]["e164"] == "+972542345678"
        assert told["next_step"]["what"] == "call"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"phone": "none"}, 422),
            ({"email": "not an address"}, 422),
            ({"age": 200}, 422),
            ({"stage": "happy"}, 422),
            ({"shoe": 43}, 422),
            ({"owner": "Zelda"}, 422),
            ({"stage": "won"}, 409),
            ({"city": "x" * 301}, 422),
        ],
        ids=lambda one: str(one)[:24],
    )
    def test_that_may_not_be_is_refused_and_keeps_nothing(
        self, web: TestClient, room: Room, body: dict[str, Any], status: int
    ):
        lead = mine(room)
        before = room.load(lead)
        answer = self.patch(web, lead, **{"name": "Other"} | body)
        assert answer.status_code == status, answer.text
        assert list(answer.json()) == ["error"]
        assert room.load(lead) == before

    def test_to_disqualified_stops_everything_and_tells_the_rep(self, web: TestClient, room: Room):
        lead = mine(room)
        room.log(lead, "noanswer")
        told = self.patch(web, lead, stage="disqualified").json()
        assert (told["stage"], told["next_step"]["what"]) == ("disqualified", "none")
        assert {one["state"] for one in told["messages"]} == {"cancelled"}
        room.deliver()
        assert any("disqualified" in one.text for one in room.outside.dms(AVI))

    def test_to_sqo_by_a_rep_asks_the_managers(self, web: TestClient, room: Room):
        lead = mine(room)
        answer = web.patch(f"/api/leads/{lead}", json={"stage": "sqo"}, headers=AVIS)
        assert (answer.status_code, answer.json()["stage"]) == (202, "lead")
        assert self.patch(web, lead, stage="sqo").json()["stage"] == "sqo"

    def test_of_owner_hands_the_lead_over(self, web: TestClient, room: Room):
        lead = mine(room)
        told = self.patch(web, lead, owner={"slack_id": NOA}).json()
        assert told["owner"]["slack_id"] == NOA
        back = {"slack_id": AVI, "name": "Avi"}
        assert self.patch(web, lead, owner=back).json()["owner"] == back

    def test_can_close_channels_and_open_none(self, web: TestClient, room: Room):
        lead = mine(room)
        assert self.patch(web, lead, opted_out=["email"]).json()["opted_out"] == ["email"]
        assert self.patch(web, lead, opted_out=[]).json()["opted_out"] == ["email"]

    def test_keeps_what_the_other_system_calls_it(self, web: TestClient, room: Room):
        lead = mine(room)
        told = self.patch(web, lead, external_id="C-77").json()
        assert told["external_ids"] == [{"source": "crm", "id": "C-77"}]
        found = web.get("/api/leads", params={"external_id": "C-77"}, headers=CRM).json()
        assert [one["id"] for one in found["items"]] == [lead]

    def test_to_the_address_of_another_lead_is_refused(self, web: TestClient, room: Room):
        mine(room)
        other = room.lead(phone="052-234-5679", email="other@example.com").id
        answer = self.patch(web, other, email="dana@example.com")
        assert answer.status_code == 409
        assert "/lead merge" in answer.json()["error"]

    def test_to_the_number_of_another_lead_is_told_to_managers(self, web: TestClient, room: Room):
        mine(room)
        other = room.lead(phone="052-234-5679", email="other@example.com").id
        assert self.patch(web, other, phone="052-234-5678").status_code == 200
        room.deliver()
        assert any(f"#{other}" in one.text for one in room.outside.dms(MIRI))

    def test_of_a_lead_that_became_another_is_410(self, web: TestClient, room: Room):
        stays = mine(room)
        gone = room.lead(phone="052-234-5679", email="other@example.com").id
        one_person.merge(room.desk, stays, gone, by=MIRI)
        assert self.patch(web, gone, city="Haifa").status_code == 410
        told = web.get(f"/api/leads/{gone}", headers=CRM)
        assert (told.status_code, f"#{stays}" in told.json()["error"]) == (410, True)

    def test_larger_than_may_be_is_413(self, web: TestClient, room: Room):
        answer = self.patch(web, mine(room), note="x" * 200_000)
        assert answer.status_code == 413

    def test_that_is_no_json_is_400(self, web: TestClient, room: Room):
        header = CRM | {"Content-Type": "application/json"}
        answer = web.patch(f"/api/leads/{mine(room)}", content=b"{", headers=header)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


class TestAnOutcome:
    def post(self, web: TestClient, lead: int, key: str = "", **body: Any) -> Any:
        header = CRM | ({"Idempotency-Key": key} if key else {})
        return web.post(f"/api/leads/{lead}/outcomes", json=body, headers=header)

    def test_is_logged_as_the_rep_would(self, web: TestClient, room: Room):
        lead = mine(room)
        answer = self.post(web, lead, outcome="noanswer", by="Avi", note="rang long")
        assert answer.status_code == 201
        told = answer.json()
        assert (told["double"], told["lead"]["attempts"]) == (False, 1)
        assert told["lead"]["history"][0]["actor"] == AVI
        assert room.states("sms") == ["waiting"]

    def test_of_the_same_key_is_logged_once(self, web: TestClient, room: Room):
        lead = mine(room)
        self.post(web, lead, "k1", outcome="noanswer")
        room.clock.forward(minutes=5)
        again = self.post(web, lead, "k1", outcome="noanswer")
        assert (again.status_code, again.json()["double"]) == (200, True)
        assert room.load(lead).attempts == 1

    def test_of_the_same_key_is_another_of_another_lead(self, web: TestClient, room: Room):
        first, second = mine(room), mine(room, phone="052-234-5699", email="b@example.com")
        assert self.post(web, first, key="zap", outcome="noanswer").status_code == 201
        assert self.post(web, second, key="zap", outcome="noanswer").status_code == 201
        assert room.load(second).attempts == 1

    def test_can_be_of_a_call_before(self, web: TestClient, room: Room):
        lead = mine(room)
        room.clock.forward(hours=2)
        self.post(web, lead, outcome="noanswer", at="2026-11-15T08:30:00Z")
        assert room.load(lead).first_call_at is not None
        told = web.get(f"/api/leads/{lead}", headers=CRM).json()
        assert told["first_call_at"] == "2026-11-15T08:30:00+00:00"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"outcome": "followup"}, 422),
            ({"outcome": "followup", "importance": "high", "when": "2026-11-01T08:00:00Z"}, 422),
            ({"outcome": "sold"}, 422),
            ({"outcome": "sold", "amount": "1.001"}, 422),
            ({"outcome": "sold", "amount": "-5"}, 409),
            ({"outcome": "noanswer", "by": "Zelda"}, 422),
            ({"outcome": "noanswer", "at": "2027-01-01T00:00:00Z"}, 422),
            ({"outcome": "noanswer", "at": "2020-01-01T00:00:00Z"}, 422),
            ({"outcome": "noanswer", "when": "9999-12-31T23:00:00Z"}, 422),
            ({"outcome": "nothing"}, 422),
        ],
        ids=lambda one: str(one)[:60],
    )
    def test_that_may_not_be_is_refused(
        self, web: TestClient, room: Room, body: dict[str, Any], status: int
    ):
        lead = mine(room)
        answer = self.post(web, lead, **body)
        assert answer.status_code == status, answer.text
        assert room.load(lead).attempts == 0

    def test_of_a_sale_has_its_amount(self, web: TestClient, room: Room):
        told = self.post(web, mine(room), outcome="sold", amount="1290.50").json()["lead"]
        assert (told["stage"], told["sold"]) == ("won", [{"amount": "1290.50", "currency": "ILS"}])

    def test_of_a_followup_agrees_a_time(self, web: TestClient, room: Room):
        body = {"outcome": "followup", "importance": "high", "when": "2026-11-15T16:00:00+02:00"}
        told = self.post(web, mine(room), **body).json()["lead"]
        assert told["followup"] == {"importance": "high", "due_at": "2026-11-15T14:00:00+00:00"}
        assert told["next_step"]["what"] == "follow_up"

    def test_in_the_name_of_another_rep_is_a_managers_alone(self, web: TestClient, room: Room):
        lead = mine(room)
        body = {"outcome": "noanswer", "by": "Miri"}
        assert web.post(f"/api/leads/{lead}/outcomes", json=body, headers=AVIS).status_code == 403


class TestWhatCantBeRead:
    @pytest.mark.parametrize(
        "body", [b"[" * 50_000, b'{"name":"\xff"}', b'{"age":' + b"9" * 5000 + b"}"]
    )
    def test_is_an_error_like_any_other(self, web: TestClient, room: Room, body: bytes):
        header = CRM | {"Content-Type": "application/json"}
        answer = web.patch(f"/api/leads/{mine(room)}", content=body, headers=header)
        assert (answer.status_code, answer.json()) == (400, {"error": "the request can't be read"})

    def test_is_so_at_a_path_or_by_an_act_that_is_none(self, web: TestClient):
        nowhere, no_act = web.get("/api/lead", headers=CRM), web.delete("/api/leads", headers=CRM)
        assert (nowhere.status_code, no_act.status_code) == (404, 405)
        assert nowhere.json() == {"error": "there is nothing at this path"}
        assert no_act.json() == {"error": "method not allowed"}
        assert no_act.headers["allow"] == "GET"


class TestTheDescription:
    def test_is_openapi(self, web: TestClient):
        schema = web.get("/openapi.json").json()
        assert set(schema["paths"]) == {
            "/api/leads",
            "/api/leads/{lead_id}",
            "/api/leads/{lead_id}/outcomes",
        }
        assert schema["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"

    def test_is_a_page_that_needs_nothing_from_elsewhere(self, web: TestClient):
        page = web.get("/docs")
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "PATCH /api/leads/{lead_id}" in page.text
        assert "<script" not in page.text
        assert "http://" not in page.text
