"""What a start imports, and how long that takes."""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from slack_sdk import WebClient

ROOT = Path(__file__).parents[1]
FLOOR = ["slack_bolt", "sqlalchemy", "apscheduler.schedulers.background"]
LINE = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)
TIMED = """
import importlib, sys, time
names = sys.stdin.read().split()
began = time.perf_counter()
for name in names:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print(time.perf_counter() - began)
"""


def imported_by_run(folder: Path, client: WebClient) -> list[str]:
    """Start the bot as a process, wait until it listens, and give the modules it imported."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SLACK_API_URL": client.base_url,
        "DATABASE_URL": f"sqlite:///{folder}/start.db",
        "HTTP_PORT": str(port),
    }
    log = folder / "start.log"
    for _ in range(2):  # the first start also makes the tables
        with log.open("wb") as errors:
            command = [sys.executable, "-X", "importtime", str(ROOT / "app.py"), "run"]
            bot = subprocess.Popen(command, cwd=folder, env=env, stderr=errors)
        try:
            _until_connected(log, bot)
            bot.send_signal(signal.SIGTERM)
            bot.wait(timeout=20)
        finally:
            bot.kill()
    return ["app", *LINE.findall(log.read_text("utf-8"))]


def _until_connected(log: Path, bot: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while b"connected to Slack" not in log.read_bytes():
        if bot.poll() is not None or time.monotonic() > until:
            bot.kill()
            raise RuntimeError(log.read_text("utf-8")[-500:])
        time.sleep(0.05)


def import_seconds(names: list[str], *, runs: int = 1) -> float:
    """Give the median time in which a new interpreter imports these modules."""
    times = []
    for _ in range(runs):
        command = [sys.executable, "-c", TIMED]
        asked = "\n".join(names)
        done = subprocess.run(
            command, cwd=ROOT, input=asked, capture_output=True, text=True, check=True
        )
        times.append(float(done.stdout))
    return statistics.median(times)
