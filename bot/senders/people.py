"""Slack's members: who is a person, was deactivated, is away or not to be disturbed."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.presence import Unseen
from rules.presence import Look

PAGE = 1000
TOO_MANY = 429
LIMITED = "ratelimited"
SLACKBOT = "USLACKBOT"
WHILE_ONE_WAITS = 1
"""So many seconds Slack is asked before its own ack, which it wants within three."""
HIDDEN = frozenset({"user_not_found", "user_not_visible", "no_users_provided"})


class People:
    """The members of the workspace, asked page by page until all in question were seen."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._quick = WebClient(
            token=client.token,
            base_url=client.base_url,
            timeout=WHILE_ONE_WAITS,
            retry_handlers=[],
        )

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

    def barred(self, slack_id: str) -> str:
        """Name the refusal that keeps an account out of the team: no person, or none any more.

        "" for everybody else, and where Slack does not tell at once.
        """
        try:
            found: Any = self._quick.users_info(user=slack_id)["user"]
        except (SlackApiError, SlackRequestError, OSError):
            return ""
        if found.get("is_bot") or slack_id == SLACKBOT:
            return "team_edit.app"
        return "team_edit.deactivated" if found.get("deleted") else ""

    def _members(self) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page: Any = self._client.users_list(limit=PAGE, cursor=cursor)
            yield from page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def looks(self, slack_ids: Sequence[str], now: datetime) -> dict[str, Look]:
        """Give what Slack shows of these members, fifty at most, as seen at `now` (UTC).

        Who is hidden counts as present; where Slack asks for rest, the others are left out.
        Raises Unseen.
        """
        found: dict[str, Look] = {}
        try:
            quiet = self._quiet(slack_ids)
            for one in slack_ids:
                found[one] = Look(now, self._is_away(one), _span(quiet.get(one) or {}))
        except SlackApiError as error:
            if _code(error) != LIMITED:
                raise Unseen(_code(error)) from None
        except (OSError, SlackRequestError) as error:
            raise Unseen(type(error).__name__) from None
        return found

    def _quiet(self, slack_ids: Sequence[str]) -> dict[str, Any]:
        try:
            return dict(self._client.dnd_teamInfo(users=list(slack_ids)).get("users") or {})
        except SlackApiError as error:
            if _code(error) not in HIDDEN:
                raise
            return {}

    def _is_away(self, slack_id: str) -> bool:
        try:
            return bool(self._client.users_getPresence(user=slack_id).get("presence") == "away")
        except SlackApiError as error:
            if _code(error) not in HIDDEN:
                raise
            return False


def _span(said: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """Give the stretch for which Slack holds notifications: the one that runs, else the next."""
    if not said.get("dnd_enabled"):
        return None
    start, end = (int(said.get(f"next_dnd_{one}_ts") or 0) for one in ("start", "end"))
    return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


def _code(error: SlackApiError) -> str:
    answer: Any = error.response
    status = getattr(answer, "status_code", 0)
    data = answer.data if isinstance(getattr(answer, "data", None), dict) else {}
    return LIMITED if status == TOO_MANY else str(data.get("error") or f"http_{status}")
