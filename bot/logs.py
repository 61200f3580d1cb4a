"""Logs: one line an event, as text or JSON, never with a person's data."""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
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


Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
OURS = frozenset({"bot", "handlers", "leads", "rules", "storage", "wiring"})
_BREAKS = (*range(32), *range(127, 160), 0x2028, 0x2029)
_FLAT = dict.fromkeys(_BREAKS, " ")


def place_of(fault: BaseException | None) -> str:
    """Name a fault and its place, not its message: that may hold a person's data."""
    frame = fault.__traceback__ if fault else None
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    return f"{type(fault).__name__} at {place}"


class Lines(logging.Formatter):
    """A line for people; where it came from stands at its end."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as text."""
        name = current()
        line = super().format(record) + (f" [{name}]" if name else "")
        return line.translate(_FLAT)

    def formatException(self, ei: Fault) -> str:  # noqa: N802 - the library's own name
        """Name a fault and its place in place of a traceback, whose values may be a person's."""
        return place_of(ei[1])


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
        if record.exc_info:
            line["fault"] = place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(*, level: str, form: str, stream: TextIO | None = None) -> None:
    """Log in the form of `LOG_FORMAT`, to standard error unless told.

    Libraries tell only what is wrong, whatever the level: what they tell besides holds requests.
    What is logged to is not closed here.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    plain = Lines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else plain)
    handler.addFilter(_is_told)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, floor in QUIET.items():
        logging.getLogger(name).setLevel(floor)


def name_faults_alone() -> None:
    """Let a thread that ends by a fault log its name and place, in place of Python's traceback."""
    logging.raiseExceptions = False
    threading.excepthook = lambda ended: _log_end(ended.exc_value)
    sys.unraisablehook = lambda ignored: _log_end(ignored.exc_value)


def _log_end(fault: BaseException | None) -> None:
    logging.getLogger("bot.logs").error("something ended by itself: %s", place_of(fault))


def _is_told(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in OURS
