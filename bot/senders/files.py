"""Files that people gave Slack, brought here to be read."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.orders import DeliveryFailed
from rules.refusals import Refused

OK = 200
SECONDS = 30.0
PIECE = 1 << 16


class SlackFiles:
    """Downloads files with the bot's token, which is given to Slack alone."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def fetch(self, file: str, to: Path, most: int) -> None:
        """Bring a file into a path, at most so many bytes.

        Raises DeliveryFailed with Slack's own error, Refused for one that is bigger.
        """
        try:
            about: Any = self._client.files_info(file=file)["file"]
        except SlackApiError as error:
            told: Any = error.response
            raise DeliveryFailed(str(told.get("error", "unreadable_answer"))) from None
        except (OSError, SlackRequestError) as error:
            raise DeliveryFailed(type(error).__name__) from None
        url = str(about.get("url_private_download") or about.get("url_private") or "")
        if not self._is_slacks(url):
            raise DeliveryFailed("file_not_found")
        self._download(url, to, most, name=str(about.get("name", "")))

    def _is_slacks(self, url: str) -> bool:
        parts, own = urlsplit(url), urlsplit(self._client.base_url)
        host = parts.hostname or ""
        secure = parts.scheme == "https" and host.endswith((".slack.com", ".slack-files.com"))
        return secure or (parts.scheme == own.scheme and parts.netloc == own.netloc)

    def _download(self, url: str, to: Path, most: int, *, name: str) -> None:
        import httpx  # noqa: PLC0415 - few files come

        headers = {"Authorization": f"Bearer {self._client.token}"}
        try:
            with httpx.stream("GET", url, headers=headers, timeout=SECONDS) as answer:
                if answer.status_code != OK:
                    raise DeliveryFailed(f"http_{answer.status_code}")
                with to.open("wb") as out:
                    for piece in answer.iter_bytes(PIECE):
                        out.write(piece)
                        if out.tell() > most:
                            raise Refused("drop.too_big", file=name)
        except httpx.HTTPError as error:
            raise DeliveryFailed(type(error).__name__) from None
