"""The image without Docker: what the Dockerfile's last stage says, done in a clean folder."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.bot import ROOT, Bot
from tests.e2e.world import World

HOME = "/srv/leads"
KEPT = ("data", "backups")


def stage() -> list[tuple[str, str]]:
    """Give the last stage's instructions: the word, and what follows it."""
    text = (ROOT / "Dockerfile").read_text("utf-8").rpartition("\nFROM ")[2]
    lines = [line for line in text.splitlines()[1:] if line and not line.startswith("#")]
    pairs = [line.partition(" ") for line in lines]
    return [(word, rest) for word, _, rest in pairs]


def said(word: str) -> list[str]:
    return [rest for one, rest in stage() if one == word]


def copied() -> list[tuple[Path, str]]:
    """Give what is copied from the source, and where to."""
    parts = [shlex.split(rest) for rest in said("COPY") if not rest.startswith("--from")]
    return [(ROOT / source, target) for *sources, target in parts for source in sources]


def health_check() -> list[str]:
    [line] = said("HEALTHCHECK")
    found: list[str] = json.loads(line.partition("CMD ")[2])
    return found


def build(folder: Path) -> Path:
    """Make the image's folder out of what the Dockerfile copies, and nothing else."""
    image = folder / "image"
    for name in KEPT:
        (image / name).mkdir(parents=True)
    for source, target in copied():
        if source.is_dir():
            shutil.copytree(source, image / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, image / target)
    return image


def environment(image: Path, *, port: int) -> dict[str, str]:
    """Give the image's environment, with the folder in its home's place."""
    given = dict(pair.split("=", 1) for rest in said("ENV") for pair in shlex.split(rest))
    moved = {name: re.sub(f"^{HOME}", str(image), value) for name, value in given.items()}
    return moved | {
        "HTTP_PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "MPLCONFIGDIR": str(image.parent / "matplotlib"),
    }


def files(image: Path) -> dict[str, int]:
    """Give the files of the image's own, with when each was written."""
    own = [one for one in image.rglob("*") if one.relative_to(image).parts[0] not in KEPT]
    return {str(one): one.stat().st_mtime_ns for one in own}


class Container(World):
    """The world, with the image's folder in the source's place; its data volume is the folder."""

    def __init__(self, image: Path) -> None:
        super().__init__(image / "data", http=False)
        self.image = image
        [first] = said("CMD")
        program = self.command(*json.loads(first))
        self.bot = Bot(self.folder, self.port, lambda: self.env, program=program, cwd=image)

    @property
    def env(self) -> dict[str, str]:
        book = str(self.folder / "playbook.toml")
        more = {"PLAYBOOK_FILE": book, "API_TOKENS": "crm:manager:a-long-random-word"}
        return environment(self.image, port=self.port) | super().env | self._paths() | more

    def _paths(self) -> dict[str, str]:
        given = environment(self.image, port=self.port)
        return {name: given[name] for name in ("PATH", "HTTP_PORT")}

    def command(self, *args: str) -> list[str]:
        [entry] = said("ENTRYPOINT")
        return [*json.loads(entry), *args]

    def app(self, *args: str) -> str:
        """Run one command in the image's folder; files stand in its data."""
        here = [str(self.folder / one) if (self.folder / one).is_file() else one for one in args]
        done = self.ran(self.command(*here))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ran(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.image,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
