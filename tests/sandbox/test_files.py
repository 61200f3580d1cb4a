from collections.abc import Iterator

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import methods_files
from sandbox.server import SlackServer
from tests.sandbox.bots import web_client, workspace

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(workspace=workspace(), limits=False, calendar=lambda: 1_800_000_000) as made:
        yield made


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return web_client(slack)


def upload(slack: SlackServer, client: WebClient) -> dict[str, object]:
    client.files_upload_v2(
        channel=slack.channel("leads").id,
        content=PNG,
        filename="week 12.png",
        title="Week 12",
        alt_txt="Referrals earned most",
    )
    return dict(slack.channel("leads").messages[-1].files[0])


class TestAFile:
    def test_is_told_of_as_slack_does(self, slack: SlackServer, client: WebClient):
        told = upload(slack, client)
        wanted = {
            "name": "week 12.png",
            "title": "Week 12",
            "alt_txt": "Referrals earned most",
            "mimetype": "image/png",
            "filetype": "png",
            "size": len(PNG),
            "created": 1_800_000_000,
        }
        assert {name: told[name] for name in wanted} == wanted
        assert str(told["permalink"]).startswith("https://sandbox.slack.com/files/")
        assert "content" not in told

    def test_is_served_to_a_page(self, slack: SlackServer, client: WebClient):
        told = upload(slack, client)
        assert slack.world.file(str(told["id"])) == (PNG, "image/png", "week 12.png")
        assert slack.world.file("F404") is None

    def test_is_downloaded_with_the_apps_token_alone(self, slack: SlackServer, client: WebClient):
        url = str(upload(slack, client)["url_private"])
        given = httpx.get(url, headers={"Authorization": "Bearer xoxb-test"}, trust_env=False)
        assert (given.content, given.headers["content-type"]) == (PNG, "image/png")
        assert httpx.get(url, trust_env=False).status_code == 404

    @pytest.mark.parametrize(
        ("filename", "mimetype", "filetype"),
        [
            ("a.txt", "text/plain", "text"),
            ("a.JPEG", "image/jpeg", "jpg"),
            ("nothing", "application/octet-stream", "binary"),
        ],
    )
    def test_has_its_type_from_its_name(
        self, slack: SlackServer, client: WebClient, filename: str, mimetype: str, filetype: str
    ):
        asked = client.files_getUploadURLExternal(filename=filename, length=3)
        entry = slack.world.files[asked["file_id"]]
        assert (entry["mimetype"], entry["filetype"]) == (mimetype, filetype)


class TestAnUpload:
    def test_that_is_too_large_is_refused_before_it_begins(self, client: WebClient):
        length = methods_files.MOST_BYTES
        client.files_getUploadURLExternal(filename="a.png", length=length)
        with pytest.raises(SlackApiError, match="file_upload_size_restricted"):
            client.files_getUploadURLExternal(filename="a.png", length=length + 1)

    def test_with_a_long_description_is_refused(self, client: WebClient):
        with pytest.raises(SlackApiError, match="alt_txt_too_large"):
            client.files_getUploadURLExternal(filename="a.png", length=1, alt_txt="x" * 1001)

    def test_larger_than_a_file_may_be_is_not_kept(
        self, slack: SlackServer, client: WebClient, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("sandbox.routes.MOST_BYTES", 10)
        asked = client.files_getUploadURLExternal(filename="a.png", length=11)
        answer = httpx.post(asked["upload_url"], content=b"x" * 11, trust_env=False)
        assert (answer.status_code, slack.world.contents) == (400, {})

    def test_of_another_size_than_announced_is_not_kept(
        self, slack: SlackServer, client: WebClient
    ):
        asked = client.files_getUploadURLExternal(filename="a.png", length=11)
        answer = httpx.post(asked["upload_url"], content=b"x" * 10, trust_env=False)
        assert (answer.status_code, slack.world.file(asked["file_id"])) == (400, None)


class TestAFileThatAPersonDrops:
    def test_stands_in_their_conversation_with_the_app(self, slack: SlackServer):
        message = slack.person("U01DANA").drop("leads.csv", b"Name,Phone")
        assert message.subtype == "file_share"
        assert slack.person("U01DANA").dms[-1].files[0]["name"] == "leads.csv"
        assert slack.world.file(str(message.files[0]["id"])) == (
            *(b"Name,Phone", "text/csv"),
            "leads.csv",
        )

    def test_is_told_of_by_its_id(self, slack: SlackServer, client: WebClient):
        message = slack.person("U01DANA").drop("leads.csv", b"Name,Phone")
        told = client.files_info(file=str(message.files[0]["id"]))["file"]
        assert (told["size"], told["user"]) == (10, "U01DANA")
        with pytest.raises(SlackApiError, match="file_not_found"):
            client.files_info(file="F404")
