import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.calendar import Calendar
from sandbox.face.seat import Seat
from sandbox.face.stage import Show, Stage
from sandbox.mails import Mail
from sandbox.town import SALES, Town
from tests.sandbox.bots import bolt_app, on_http
from tests.sandbox.face.stages import (
    LEADS,
    MONDAY,
    NOA,
    WORKSPACE,
    a_show,
    a_stage,
    emptied,
)
from tests.sandbox.face.touching import LETTER, Heard


@pytest.fixture(scope="session")
def one_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    calendar = Calendar(start=MONDAY, seconds=lambda: 0.0)
    folder = tmp_path_factory.mktemp("town")
    with Town(workspace=WORKSPACE, folder=folder, calendar=calendar) as town:
        yield town


@pytest.fixture
def town(one_town: Town) -> Town:
    """Give a town in which nothing has happened."""
    emptied(one_town)
    return one_town


@pytest.fixture
def show(town: Town) -> Show:
    return a_show(town)


@pytest.fixture
def stage(show: Show) -> Stage:
    return a_stage(show)[0]


@pytest.fixture
def seat() -> Seat:
    return Seat(me=NOA.id, place=LEADS)


@pytest.fixture
def heard(town: Town) -> Iterator[Heard]:
    """An app is there and takes everything."""
    said, app = Heard(), bolt_app(town.slack)

    def take(ack: Any, body: dict[str, Any]) -> None:
        said.append(body)
        ack()

    app.command("/lead")(take)
    app.action(re.compile(""))(take)
    app.view(re.compile(""))(take)
    app.event("app_home_opened")(lambda event: said.append(event))  # noqa: PLW0108 - Bolt asks by name
    app.event("message")(lambda event: None)
    with on_http(app) as url:
        town.slack.set_request_url(url)
        yield said
        town.slack.set_request_url(None)


@pytest.fixture
def mailed(town: Town) -> Mail:
    mail = Mail(sender=SALES, recipients=("Dana@Example.com",), raw=LETTER, at=MONDAY.timestamp())
    town.mailbox.restore([mail])
    return mail
