"""Meta on this machine: whom it gives forms, and how it signs what it tells."""

import hmac
import json
from hashlib import sha256

import pytest

from bot.orders import DeliveryFailed, LeadForm
from bot.senders.meta import GraphLeads
from sandbox.graph import Graph, notice, signature


@pytest.fixture
def graph():
    with Graph(token="page", secret="shh") as made:
        made.fill_in("901", full_name="Dana")
        yield made


class TestAForm:
    def fetch(self, graph: Graph, number: str = "901", *, token: str = "page", secret: str = "shh"):
        return GraphLeads(api_url=graph.url, token=token, secret=secret).send(LeadForm(number))

    def test_is_given_with_its_answers(self, graph: Graph):
        done = self.fetch(graph)
        [answer] = json.loads(done.body)["field_data"]
        assert (done.ref, answer) == ("901", {"name": "full_name", "values": ["Dana"]})

    @pytest.mark.parametrize(
        ("asked", "code", "alone"),
        [
            ({"token": "other"}, "meta_190", False),
            ({"secret": "other"}, "meta_190", False),
            ({"token": ""}, "meta_no_token", False),
            ({"number": "902"}, "meta_100", True),
        ],
    )
    def test_is_refused_with_metas_own_code(
        self, graph: Graph, asked: dict[str, str], code: str, alone: bool
    ):
        with pytest.raises(DeliveryFailed) as failed:
            self.fetch(graph, **asked)
        assert (failed.value.failure.code, failed.value.failure.alone) == (code, alone)

    def test_is_not_given_while_it_is_down(self, graph: Graph):
        graph.down = True
        with pytest.raises(DeliveryFailed) as failed:
            self.fetch(graph)
        assert failed.value.failure.code == "meta_http_500"

    def test_is_out_of_reach_when_nobody_listens(self):
        with pytest.raises(DeliveryFailed) as failed:
            GraphLeads(api_url="http://127.0.0.1:1/", token="t", secret="s").send(LeadForm("1"))
        assert failed.value.failure.code == "meta_unreachable"


class TestAWebhook:
    def test_is_signed_over_its_bytes(self):
        body = notice("901", "902")
        wanted = hmac.new(b"shh", body, sha256).hexdigest()
        assert signature("shh", body) == f"sha256={wanted}"
        assert [one["changes"][0]["value"]["leadgen_id"] for one in json.loads(body)["entry"]] == [
            "901",
            "902",
        ]
