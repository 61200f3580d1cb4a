"""Leaving a list by the mail program's own button (RFC 8058)."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from fastapi import FastAPI, Request, Response

from sandbox.httpserver import BackgroundServer
from sandbox.mail_leaving import leave, way_out
from sandbox.mails import Mail


def mail(**headers: str) -> Mail:
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("hello")
    return Mail(sender="a@example.com", recipients=("b@example.com",), raw=bytes(message))


class TestTheWayOut:
    def test_is_the_web_address_of_the_header(self):
        header = "<mailto:a@example.com>, <https://desk.example/u/x>"
        one_click = "List-Unsubscribe=One-Click"
        found = way_out(mail(List_Unsubscribe=header, List_Unsubscribe_Post=one_click))
        assert found == "https://desk.example/u/x"

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"List_Unsubscribe": "<https://desk.example/u/x>"},
            {
                "List_Unsubscribe": "<mailto:a@example.com>",
                "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
            },
        ],
        ids=["nothing", "no_one_click", "mail_only"],
    )
    def test_is_none_where_one_click_does_not_do_it(self, headers: dict[str, str]):
        assert way_out(mail(**headers)) == ""


class TestLeaving:
    @pytest.fixture
    def taken(self) -> Iterator[tuple[str, list[bytes]]]:
        bodies: list[bytes] = []
        app = FastAPI()

        @app.post("/u/x")
        async def take(request: Request) -> Response:
            bodies.append(await request.body())
            return Response(status_code=200)

        server = BackgroundServer(app)
        server.start()
        yield server.url, bodies
        server.stop()

    def test_posts_what_the_standard_says(self, taken: tuple[str, list[bytes]]):
        url, bodies = taken
        one_click = "List-Unsubscribe=One-Click"
        letter = mail(List_Unsubscribe=f"<{url}/u/x>", List_Unsubscribe_Post=one_click)
        assert leave(letter) == 200
        assert bodies == [b"List-Unsubscribe=One-Click"]
