"""Slack's list of members: who of the team was deactivated."""

from collections.abc import Collection, Iterator
from typing import Any

from slack_sdk import WebClient

PAGE = 1000


class People:
    """The members of the workspace, asked page by page until all in question were seen."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def gone(self, slack_ids: Collection[str]) -> set[str]:
        """Give which of these members were deactivated or deleted.

        One that Slack does not name is not among them. Raises SlackApiError, or OSError where
        Slack can't be reached.
        """
        asked, gone = set(slack_ids), set[str]()
        for member in self._members():
            if member["id"] in asked and member.get("deleted"):
                gone.add(str(member["id"]))
            asked.discard(member["id"])
            if not asked:
                break
        return gone

    def _members(self) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page: Any = self._client.users_list(limit=PAGE, cursor=cursor)
            yield from page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
