"""The playbook's file."""

import tomllib
from pathlib import Path

from bot.settings import Settings
from rules.playbook import Playbook, PlaybookFaults, read_playbook


def load_playbook(settings: Settings) -> Playbook:
    """Read the playbook of `PLAYBOOK_FILE`; the defaults where there is no such file.

    Raises PlaybookFaults with one English sentence for each fault.
    """
    path = Path(settings.playbook_file)
    if not path.is_file():
        return Playbook()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PlaybookFaults([f"{path.name} is not TOML: {fault}"]) from None
    return read_playbook(data, file=path.name)
