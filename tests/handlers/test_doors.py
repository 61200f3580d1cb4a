"""The doors for leads by HTTP: lists, XML, Google's and Meta's own formats (C2)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import intake
from bot.delivery import Courier
from bot.doctor_systems import systems_findings
from bot.lead_forms import adf
from bot.lead_forms.adf import read_xml
from bot.orders import LeadForm, Order
from bot.senders.meta import GraphLeads
from handlers.web import LARGEST, make_web
from rules.playbook import Source
from rules.words import Kind
from sandbox.graph import Graph, notice, signature
from storage import inbox
from tests.desk import BOOK, DANA, MIRI, FakeClock, Room, a_desk

APP_SECRET, PAGE_TOKEN, WORD = "app-secret", "page-token", "open sesame"
BEARER = {"Authorization": "Bearer secret"}
ADF = """<?ADF VERSION "1.0"?><?XML VERSION="1.0"?>
<adf><prospect status="new"><id source="portal">A-77</id>
<requestdate>2026-11-15T09:59:00+02:00</requestdate>
<vehicle interest="buy"><year>2024</year><make>Mazda</make><model>3</model></vehicle>
<customer><contact><name part="first">דנה</name><name part="last">כהן</name>
<email>dana@example.com</email><phone type="fax">03-555-0000</phone>
<phone type="voice" time="evening">03-555-1234</phone><phone type="cellphone">052-234-5678</phone>
<address><city>Haifa</city><country>IL</country></address></contact>
<comments>Wants it in blue</comments></customer>
<vendor><vendorname>Good Cars</vendorname></vendor>
<provider><name part="full">AutoPortal</name><service>November</service></provider>
</prospect></adf>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<lead><phone>052-234-5678</phone><name>&b;</name></lead>"""
TYPEFORM = {
    "event_id": "x",
    "form_response": {
        "definition": {"fields": [{"id": "q1", "title": "What is your name?"}]},
        "answers": [
            {"type": "text", "text": "Dana Cohen", "field": {"id": "q1", "type": "short_text"}},
            {"type": "phone_number", "phone_number": "+972522345678", "field": {"id": "q2"}},
        ],
    },
}
ELEMENTOR = {
    "form[name]": "Contact",
    "fields[name][title]": "שם",
    "fields[name][value]": "Dana Cohen",
    "fields[tel][title]": "טלפון",
    "fields[tel][value]": "052-234-5678",
    "fields[email][title]": "Mail",
    "fields[email][value]": "dana@example.com",
}


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    meta: dict[str, Any] = {
        "FACEBOOK_VERIFY_TOKEN": WORD,
        "FACEBOOK_APP_SECRET": APP_SECRET,
        "FACEBOOK_PAGE_TOKEN": PAGE_TOKEN,
    }
    with a_desk(tmp_path, clock, INTAKE_TOKENS="website:secret,google:gtok", **meta) as made:
        yield made


@pytest.fixture
def web(room: Room) -> Iterator[TestClient]:
    with TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph(token=PAGE_TOKEN, secret=APP_SECRET) as made:
        yield made


def post(
    web: TestClient, body: str | bytes, kind: str = "application/json", query: str = ""
) -> Any:
    content = body.encode() if isinstance(body, str) else body
    headers = BEARER | {"Content-Type": kind}
    return web.post(f"/intake/website{query}", content=content, headers=headers)


def states(room: Room) -> list[str]:
    with room.desk.store.view() as view:
        query = "SELECT state FROM intake ORDER BY id"
        return [state for (state,) in view.connection.exec_driver_sql(query)]


class TestAFormOfAnyShape:
    @pytest.mark.parametrize("form", [TYPEFORM, {"data": DANA}, {"fields": ELEMENTOR}])
    def test_is_read_where_its_fields_stand_inside(self, web: TestClient, room: Room, form: Any):
        data = form["fields"] if form.get("fields") is ELEMENTOR else form
        assert post(web, json.dumps(data)).json()["status"] == "created"
        lead = room.load(1)
        assert (lead.name, lead.phone_e164) == ("Dana Cohen", "+972522345678")

    def test_may_name_its_fields_with_brackets(self, web: TestClient, room: Room):
        answer = web.post("/intake/website", data=ELEMENTOR, headers=BEARER)
        assert answer.json()["status"] == "created"
        assert room.load(1).email == "dana@example.com"

    def test_is_mapped_by_dotted_names(self, web: TestClient, room: Room):
        source = Source("website", Kind.WARM, {"who.tel": "phone", "who.called": "name"})
        room.desk.present.playbook = replace(BOOK, sources=(source,))
        body = {"who": {"tel": "052-234-5678", "called": "Dana"}, "agent": {"phone": "03-5551234"}}
        assert post(web, json.dumps(body)).json()["status"] == "created"
        assert (room.load(1).name, room.load(1).phone_raw) == ("Dana", "052-234-5678")

    def test_takes_nobodys_number_who_only_stands_beside(self, web: TestClient):
        body = {"name": "Dana", "agent": {"phone": "052-234-5678"}}
        assert post(web, json.dumps(body)).json()["status"] == "quarantined"

    def test_keeps_both_of_two_fields_of_one_name(self, web: TestClient, room: Room):
        post(web, b'{"phone": "052-234-5678", "color": "red", "color": "blue"}')
        assert room.sources(1)[0]["extra"] == {"color": ["red", "blue"]}

    def test_may_hold_numbers_beyond_all_numbers(self, web: TestClient, room: Room):
        answer = post(web, b'{"phone": "052-234-5678", "x": 1e999, "y": NaN, "age": -1e400}')
        assert answer.json()["status"] == "created"

    def test_may_be_in_hebrew_of_old(self, web: TestClient, room: Room):
        body = "name=דנה&phone=0522345678".encode("cp1255")
        post(web, body, "application/x-www-form-urlencoded; charset=windows-1255")
        assert room.load(1).name == "דנה"

    @pytest.mark.parametrize(
        "email",
        [
            "a@b.com\r\nBcc: x@evil.com",
            '"a"@b',
            "a@b.com, c@d.com",
            "<a@b.com>\n<x@y>",
            "a@b\x00.com",
        ],
    )
    def test_never_has_an_address_that_reaches_into_headers(
        self, web: TestClient, room: Room, email: str
    ):
        post(web, json.dumps({"phone": "052-234-5678", "email": email}))
        kept = room.load(1).email
        assert kept.isprintable()
        assert not set(kept) & set('",\r\n<> ')


class TestAListOfLeads:
    TWO = json.dumps([DANA, {"name": "Avi", "phone": "054-234-5678"}])

    def test_is_an_intake_for_each(self, web: TestClient, room: Room):
        answer = post(web, self.TWO)
        assert answer.status_code == 202
        assert answer.json() == {
            "intake_id": 1,
            "status": "created",
            "lead_id": 1,
            "leads": [
                {"intake_id": 2, "status": "created", "lead_id": 1},
                {"intake_id": 3, "status": "created", "lead_id": 2},
            ],
        }
        assert states(room) == ["split", "created", "created"]

    def test_is_answered_the_same_by_the_same_key(self, web: TestClient, room: Room):
        headers = BEARER | {"Idempotency-Key": "k"}
        first, again = (
            web.post("/intake/website", content=self.TWO, headers=headers).json() for _ in range(2)
        )
        assert first == again
        assert len(states(room)) == 3

    def test_of_one_is_that_lead(self, web: TestClient):
        assert post(web, json.dumps([DANA])).json() == {
            "intake_id": 1,
            "status": "created",
            "lead_id": 1,
        }

    def test_says_which_of_them_could_not_be_used(self, web: TestClient):
        said = post(web, json.dumps([{"name": "x"}, DANA, 5])).json()["leads"]
        assert [one["status"] for one in said] == ["quarantined", "created", "quarantined"]

    def test_that_is_too_long_is_set_aside_with_the_reason(self, web: TestClient, room: Room):
        answer = post(web, json.dumps([DANA] * 101))
        assert (answer.status_code, states(room)) == (400, ["quarantined"])
        assert "more than 100 leads" in answer.json()["error"]

    def test_is_only_tried_when_dry(self, web: TestClient, room: Room):
        said = post(web, self.TWO, query="?dry_run=1").json()
        assert [one["status"] for one in said["leads"]] == ["created", "created"]
        assert states(room) == []

    def test_is_finished_after_the_process_died_between(self, room: Room, clock: FakeClock):
        with room.desk.store.unit() as unit:
            body = self.TWO.encode()
            inbox.keep(
                unit, source="website", body=body, content_type="", once_key="", at=clock.now
            )
            unit.commit()
        room.tick(minutes=2)
        assert states(room) == ["split", "created", "created"]


class TestXml:
    def test_of_the_car_trade_is_read_whole(self, web: TestClient, room: Room):
        assert post(web, ADF, "application/xml").json()["status"] == "created"
        lead = room.load(1)
        assert (lead.name, lead.phone_e164, lead.email) == (
            "דנה כהן",
            "+972522345678",
            "dana@example.com",
        )
        assert (lead.vendor, lead.campaign, lead.product) == ("AutoPortal", "November", "Mazda 3")
        assert (lead.interests, lead.city) == (("2024 Mazda 3",), "Haifa")
        [source] = room.sources(1)
        assert source["external_id"] == "A-77"
        assert source["extra"]["fax"] == "03-555-0000"
        assert source["extra"]["other_phones"] == ["03-555-1234"]
        assert lead.note == "Wants it in blue"

    def test_comes_once_by_its_prospects_number(self, web: TestClient, room: Room):
        first = post(web, ADF, "text/xml").json()
        assert post(web, ADF, "text/xml").json() == first

    @pytest.mark.parametrize("kind", ["text/xml", "application/adf+xml", "text/plain", ""])
    def test_is_known_by_its_type_or_its_look(self, web: TestClient, room: Room, kind: str):
        body = "<lead><Full_Name>Dana</Full_Name><phone>052-234-5678</phone></lead>"
        assert post(web, body, kind).json()["status"] == "created"
        assert room.load(1).name == "Dana"

    def test_with_entities_is_set_aside_and_never_opened(self, web: TestClient, room: Room):
        answer = post(web, BOMB, "application/xml")
        assert (answer.status_code, states(room)) == (400, ["quarantined"])
        assert "entities" in answer.json()["error"]

    @pytest.mark.parametrize("body", ["<a>", "<a></b>", "<" * 5000, '<?xml encoding="x"?><a/>'])
    def test_that_is_none_is_malformed(self, web: TestClient, body: str):
        assert post(web, body, "text/xml").status_code == 400

    def test_of_prospects_in_prospects_is_read_no_further_than_it_may_be(self):
        body = b"<adf>" + b"<prospect>" * 20_000 + b"</prospect>" * 20_000 + b"</adf>"
        assert len(read_xml(body)) == adf.MOST

    def test_may_be_deep(self, web: TestClient):
        body = "<a>" * 20_000 + "</a>" * 20_000
        assert post(web, body, "text/xml").json()["status"] == "quarantined"


def google(**more: Any) -> dict[str, Any]:
    columns = {
        "FULL_NAME": "Dana Cohen",
        "PHONE_NUMBER": "+972522345678",
        "EMAIL": "dana@example.com",
        "which_model?": "blue",
    }
    return {
        "lead_id": "TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "user_column_data": [
            {"column_id": name, "column_name": name.title(), "string_value": said}
            for name, said in columns.items()
        ],
        "google_key": "gtok",
        "is_test": False,
        "form_id": 9_007_199_254_740_993,
        "campaign_id": 12_345_678_901_234_567,
        "creative_id": 77,
        "gcl_id": "click",
        "api_version": "1.0",
        "lead_submit_time": "2026-11-15T07:59:00Z",
        "something_new": {"a": 1},
    } | more


class TestGoogle:
    def send(self, web: TestClient, *, token: str = "gtok", query: str = "", **more: Any) -> Any:
        return web.post(f"/intake/google/{token}{query}", json=google(**more))

    def test_brings_a_lead(self, web: TestClient, room: Room):
        answer = self.send(web)
        assert (answer.status_code, answer.json()["status"]) == (200, "created")
        lead = room.load(1)
        assert (lead.name, lead.campaign, lead.banner) == ("Dana Cohen", "12345678901234567", "77")
        [source] = room.sources(1)
        assert source["extra"]["form_id"] == "9007199254740993"
        assert source["extra"]["which_model?"] == "blue"
        assert "google_key" not in source["extra"]

    def test_brings_the_same_lead_once(self, web: TestClient, room: Room):
        first = self.send(web).json()
        assert self.send(web).json() == first
        assert self.send(web, query="?dry_run=1").json() == first
        assert len(states(room)) == 1

    def test_answers_a_test_keeps_it_and_tells_nobody(self, web: TestClient, room: Room):
        answer = self.send(web, is_test=True)
        assert (answer.status_code, answer.json()["lead_id"]) == (200, None)
        assert states(room) == ["test"]
        assert room.rows() == []

    @pytest.mark.parametrize("key", ["", "other", None, 5])
    def test_is_refused_and_not_kept_by_another_key(self, web: TestClient, room: Room, key: Any):
        assert self.send(web, google_key=key).status_code == 401
        assert states(room) == []

    def test_is_refused_at_another_address(self, web: TestClient, room: Room):
        assert self.send(web, token="other").status_code == 401
        assert states(room) == []

    def test_has_no_door_without_a_token(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
            assert self.send(web).status_code == 404

    def test_is_kept_when_it_cant_be_read(self, web: TestClient, room: Room):
        answer = web.post("/intake/google/gtok", content=b"{")
        assert (answer.status_code, states(room)) == (400, ["quarantined"])

    def test_only_looks_when_dry(self, web: TestClient, room: Room):
        assert self.send(web, query="?dry_run=1").json()["status"] == "created"
        assert states(room) == []

    def test_takes_the_number_of_work_where_there_is_no_other(self, web: TestClient, room: Room):
        columns = [{"column_id": "WORK_PHONE", "string_value": "052-234-5678"}]
        self.send(web, user_column_data=columns)
        assert room.load(1).phone_e164 == "+972522345678"


def meta(web: TestClient, body: bytes, *, secret: str = APP_SECRET, query: str = "") -> Any:
    headers = {"X-Hub-Signature-256": signature(secret, body)}
    return web.post(f"/intake/facebook{query}", content=body, headers=headers)


def fetching(room: Room, graph: Graph) -> Courier:
    """Give a courier that fetches forms; all else goes where the room's goes."""
    senders: dict[type, Any] = dict.fromkeys(Order.__args__, room.outside)
    senders[LeadForm] = GraphLeads(api_url=graph.url, token=PAGE_TOKEN, secret=APP_SECRET)
    return Courier(room.desk, senders, seconds=lambda: room.clock().timestamp())


class TestMetasQuestion:
    def ask(self, web: TestClient, **more: str) -> Any:
        asked = {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "1158201444"}
        return web.get("/intake/facebook", params=asked | more)

    def test_is_answered_with_its_challenge(self, web: TestClient):
        answer = self.ask(web)
        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert answer.headers["content-type"].startswith("text/plain")

    @pytest.mark.parametrize("wrong", [{"hub.verify_token": "x"}, {"hub.mode": "x"}])
    def test_is_refused_without_the_word(self, web: TestClient, wrong: dict[str, str]):
        assert self.ask(web, **wrong).status_code == 403


class TestMetasLeads:
    def test_are_kept_at_once_and_fetched_after(self, web: TestClient, room: Room, graph: Graph):
        graph.fill_in("901", full_name="Dana Cohen", phone_number="+972522345678", color="blue")
        assert meta(web, notice("901")).json() == {"status": "accepted", "leads": 1, "new": 1}
        assert states(room) == ["waiting"]
        courier = fetching(room, graph)
        courier.deliver_due()
        courier.close()
        assert states(room) == ["created"]
        lead = room.load(1)
        assert (lead.name, lead.campaign, lead.banner) == (
            "Dana Cohen",
            "6677889900",
            "120210000000000123",
        )
        [source] = room.sources(1)
        assert (source["external_id"], source["extra"]["color"]) == ("901", "blue")

    def test_come_once_each_of_all_entries(self, web: TestClient, room: Room):
        numbers = ("18014398509481985", "902", "903")
        meta(web, notice(*numbers))
        assert meta(web, notice(*numbers, "904")).json()["new"] == 1
        assert states(room) == ["waiting"] * 4
        assert room.states("fetch_lead") == ["waiting"] * 4

    def test_may_have_signs_that_no_text_has(self, web: TestClient, room: Room):
        body = notice("901").replace(b'"901"', b'"901", "ad": "\\ud800"')
        assert b"ud800" in body
        assert meta(web, body).json()["new"] == 1
        assert states(room) == ["waiting"]

    def test_without_a_number_that_can_be_are_left_out(self, web: TestClient, room: Room):
        assert meta(web, notice("9" * 65)).json()["leads"] == 0
        assert states(room) == []

    def test_wait_while_meta_is_down(
        self, web: TestClient, room: Room, graph: Graph, clock: FakeClock
    ):
        graph.fill_in("901", phone_number="052-234-5678")
        graph.down = True
        meta(web, notice("901"))
        courier = fetching(room, graph)
        courier.deliver_due()
        assert (states(room), room.states("fetch_lead")) == (["waiting"], ["waiting"])
        graph.down = False
        clock.forward(hours=5)
        courier.deliver_due()
        courier.deliver_due()
        courier.close()
        assert (states(room), graph.asked) == (["created"], ["901"])

    def test_that_cant_be_fetched_are_told_of_while_there_is_time(
        self, web: TestClient, room: Room, graph: Graph, clock: FakeClock
    ):
        graph.down = True
        meta(web, notice("901", "902"))
        courier = fetching(room, graph)
        for _ in range(7):
            courier.deliver_due()
            clock.forward(minutes=2)
        courier.close()
        [told] = room.outside.dms(MIRI)
        assert "can't be fetched (meta_http_500, 2026-11-15)" in told.text

    def test_that_are_not_there_stop_no_others(self, web: TestClient, room: Room, graph: Graph):
        graph.fill_in("902", phone_number="052-234-5678")
        meta(web, notice("901", "902"))
        courier = fetching(room, graph)
        courier.deliver_due()
        courier.close()
        assert states(room) == ["waiting", "created"]

    def test_that_can_never_be_fetched_are_shown_to_managers(
        self, web: TestClient, room: Room, graph: Graph, clock: FakeClock
    ):
        meta(web, notice("901"))
        courier = fetching(room, graph)
        courier.deliver_due()
        clock.forward(timedelta(hours=25))
        courier.deliver_due()
        courier.close()
        assert room.states("fetch_lead") == ["dead"]
        assert room.rows("fetch_lead")[0]["error"] == "meta_100"
        [told] = room.outside.dms(MIRI)
        assert "could not be fetched for a day (meta_100" in told.text

    def test_by_which_it_only_tried_a_form_make_no_lead(
        self, web: TestClient, room: Room, graph: Graph
    ):
        graph.fill_in("901", full_name="<test lead: dummy data for full_name>", phone_number="1")
        meta(web, notice("901"))
        courier = fetching(room, graph)
        courier.deliver_due()
        courier.close()
        assert states(room) == ["test"]

    @pytest.mark.parametrize("secret", ["", "other"])
    def test_that_it_did_not_sign_are_refused_and_not_kept(
        self, web: TestClient, room: Room, secret: str
    ):
        assert meta(web, notice("901"), secret=secret).status_code == 401
        assert web.post("/intake/facebook", content=notice("901")).status_code == 401
        assert states(room) == []

    def test_that_cant_be_read_are_kept_once(self, web: TestClient, room: Room):
        assert [meta(web, b"{").status_code for _ in range(2)] == [400, 400]
        assert states(room) == ["quarantined"]

    @pytest.mark.parametrize(
        "body",
        [
            b"[]", b"5", b'{"entry": 5}', b'{"entry": [{"changes": [{"field": "feed"}]}]}',
            b'{"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "../x"}}]}]}',
            b'{"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": null}}]}]}',
        ],
    )  # fmt: skip
    def test_are_not_in_what_tells_of_other_things(self, web: TestClient, body: bytes):
        assert meta(web, body).json() == {"status": "accepted", "leads": 0, "new": 0}

    def test_are_only_counted_when_dry(self, web: TestClient, room: Room):
        assert meta(web, notice("901"), query="?dry_run=1").json()["new"] == 1
        assert states(room) == []

    def test_have_no_door_without_the_apps_secret(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
            assert meta(web, notice("901")).status_code == 404
            assert web.get("/intake/facebook").status_code == 404

    def test_may_come_plainly_from_a_source_of_that_name(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, INTAKE_TOKENS="facebook:fb") as room:
            web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
            answer = web.post("/intake/facebook?token=fb", json=DANA)
            assert answer.json()["status"] == "created"


class TestTheDoctor:
    def told(self, tmp_path: Path, clock: FakeClock, **settings: Any) -> list[str]:
        with a_desk(tmp_path, clock, **settings) as room:
            found = systems_findings(room.desk.settings, room.desk.store)
            return [one.text for one in found if one.what == "Meta"]

    def test_names_the_parts_of_metas_door_that_are_missing(self, tmp_path: Path, clock: FakeClock):
        [said] = self.told(tmp_path, clock, FACEBOOK_APP_SECRET="x")
        assert said.startswith("FACEBOOK_VERIFY_TOKEN, FACEBOOK_PAGE_TOKEN missing")

    def test_says_nothing_of_a_door_that_nobody_wants(self, tmp_path: Path, clock: FakeClock):
        assert self.told(tmp_path, clock) == []


class TestABodyThatIsTooLarge:
    @pytest.mark.parametrize("path", ["website?token=secret", "google/gtok", "facebook"])
    def test_is_refused_at_every_door_and_not_kept(self, web: TestClient, room: Room, path: str):
        assert web.post(f"/intake/{path}", content=b"x" * (LARGEST + 1)).status_code == 413
        assert states(room) == []


KINDS = st.sampled_from(
    ["", "application/json", "text/xml", "application/x-www-form-urlencoded", "text/plain",
     "multipart/form-data; boundary=b", "application/json; charset=windows-1255"]
)  # fmt: skip
PARTS = st.sampled_from(
    [b"<", b">", b"{", b"}", b"[", b"]", b'"phone":', b'"052-234-5678"', b"&", b"phone=05", b"--b",
     b'"user_column_data":', b'"field_data":', b'"answers":', b"<phone>", b"</phone>", b",",
     b"1e999"]
)  # fmt: skip


class TestAnyBytesAtAll:
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(body=st.one_of(st.binary(max_size=300), st.lists(PARTS).map(b"".join)), kind=KINDS)
    def test_end_in_one_of_the_ways(self, room: Room, body: bytes, kind: str):
        done = intake.receive(room.desk, "website", body, content_type=kind)
        assert done.status in {"created", "merged", "duplicate", "quarantined", "test"}
        assert (done.status == "quarantined") == (done.lead_id is None) or done.status == "test"

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        data=st.recursive(
            st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=8)),
            lambda one: st.one_of(
                st.lists(one, max_size=3),
                st.dictionaries(
                    st.sampled_from(["phone", "data", "fields", "value", "name", "field_data",
                                     "user_column_data", "answers", "field", "a[b]", "title"]),
                    one,
                    max_size=4,
                ),
            ),
            max_leaves=12,
        )
    )  # fmt: skip
    def test_of_json_of_any_shape_too(self, room: Room, data: Any):
        body = json.dumps(data).encode()
        done = intake.receive(room.desk, "website", body, content_type="application/json")
        assert done.status in {"created", "merged", "duplicate", "quarantined", "test"}
