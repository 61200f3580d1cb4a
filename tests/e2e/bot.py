"""`app.py run` as a process of its own: started, asked, killed as a power cut would."""

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, str(ROOT / "app.py"), "run")


class Bot:
    """One process of the bot on a port; what it writes goes to `bot.log` of its folder."""

    def __init__(
        self,
        folder: Path,
        port: int,
        env: Callable[[], Mapping[str, str]],
        *,
        program: Sequence[str] = PROGRAM,
        cwd: Path | None = None,
    ) -> None:
        self._folder, self._cwd, self._env, self._program = folder, cwd or folder, env, program
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin the process; it is not ready yet."""
        env = dict(self._env()) | {"HTTP_PORT": str(self.port)}
        with (self._folder / "bot.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._program, cwd=self._cwd, env=env, stdout=log, stderr=log
            )

    @property
    def lives(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def ready(self) -> bool:
        """Say whether it answers that Slack and the database are there; raises once it ended."""
        assert self._process is None or self.lives, self.log[-4000:]
        try:
            return httpx.get(f"{self.url}/ready").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Take the process away as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=12)
        self._process = None
        return code

    @property
    def log(self) -> str:
        """All that the folder's bots wrote so far."""
        return (self._folder / "bot.log").read_text("utf-8")
