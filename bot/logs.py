"""Logs: one line an event, as text or JSON, never with a person's data."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from bot.trail import current

QUIET = {
    # Bolt logs bodies whose signature is wrong, whole; APScheduler every tick.
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.ERROR,
    "apscheduler": logging.ERROR,
    "alembic": logging.WARNING,
    "twilio": logging.WARNING,
    # The addresses that it calls hold tokens.
    "httpx": logging.WARNING,
    "uvicorn": logging.WARNING,
    "uvicorn.access": logging.ERROR,
}


class Lines(logging.Formatter):
    """A line for people; where it came from stands at its end."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as text."""
        name = current()
        return super().format(record) + (f" [{name}]" if name else "")


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as JSON; the moment is UTC."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "trail": current(),
        }
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(*, level: str, form: str, stream: TextIO | None = None) -> None:
    """Log in the form of `LOG_FORMAT`, to standard error unless told; libraries tell only faults.

    What is logged to is not closed here.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    plain = Lines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else plain)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, floor in QUIET.items():
        logging.getLogger(name).setLevel(floor)
