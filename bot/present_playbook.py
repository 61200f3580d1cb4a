"""The playbook that holds: its file, over it what managers changed, read anew when either did."""

import logging
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assign import tell_managers
from bot.calendars import known_countries
from bot.desk import Desk
from bot.settings import Settings
from rules.effects import TellManagers
from rules.overlay import Overlay, merged
from rules.playbook import Playbook
from rules.playbook_file import PlaybookFaults, read_playbook
from rules.playbook_keys import TOGETHER
from rules.written import data_of
from storage import outbox, playbooks
from storage.playbooks import Version
from storage.store import Store

log = logging.getLogger(__name__)
IN_SLACK = "changed in Slack"
_TOLD = 5


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
    except OSError as fault:
        raise PlaybookFaults([f"{path.name} can't be read: {fault.strerror}"]) from None
    return _checked(data, file=path.name)


def _checked(data: Mapping[str, Any], *, file: str) -> Playbook:
    """Read a playbook's data; the calendars have their say too, with everything else."""
    rest = data.get("rest")
    country = rest.get("holidays") if isinstance(rest, Mapping) else None
    known = not country or not isinstance(country, str) or country in known_countries()
    keys = [] if known else ["holidays"]
    wrong = [f"{file}: {TOGETHER[key]}" for key in keys]
    try:
        found = read_playbook(data, file=file)
    except PlaybookFaults as faults:
        raise PlaybookFaults([*faults.faults, *wrong], keys=[*faults.keys, *keys]) from None
    if wrong:
        raise PlaybookFaults(wrong, keys=keys)
    return found


def current(store: Store, settings: Settings) -> Playbook:
    """Give the playbook with what was changed in Slack; raises PlaybookFaults."""
    with store.view() as view:
        overlay = playbooks.newest(view).overlay
    return with_changes(load_playbook(settings), overlay)


def with_changes(base: Playbook, overlay: Overlay) -> Playbook:
    """Give a playbook with what was changed in Slack over it; raises PlaybookFaults."""
    return _checked(merged(data_of(base), overlay), file=IN_SLACK) if overlay else base


def refresh(desk: Desk) -> None:
    """Put the playbook in place anew when its file or its newest version changed.

    One with faults changes nothing: what stood before still holds, and managers are told once.
    A file that is gone changes nothing either.
    """
    with desk.present.changing:
        state = _state_of_file(desk.settings)
        with desk.store.view() as view:
            newest = playbooks.newest(view)
        if desk.present.seen != (state, newest.id):
            _put_in_place(desk, state, newest)


def _put_in_place(desk: Desk, state: tuple[int, int] | None, newest: Version) -> None:
    present = desk.present
    try:
        base = load_playbook(desk.settings) if state else present.base
        playbook = with_changes(base, newest.overlay)
    except PlaybookFaults as faults:
        _tell(desk, faults, state)
    else:
        present.base, present.playbook, present.version = base, playbook, newest.id
    present.seen = state, newest.id


def _state_of_file(settings: Settings) -> tuple[int, int] | None:
    try:
        found = Path(settings.playbook_file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _tell(desk: Desk, faults: PlaybookFaults, state: tuple[int, int] | None) -> None:
    log.error("the playbook can't be used, so what stood before holds: %s", faults)
    written = datetime.fromtimestamp(state[0] / 1e9 if state else 0, UTC)
    since = f"{written.astimezone(desk.settings.zone):%Y-%m-%d %H:%M}"
    rest = ["…"] if faults.faults[_TOLD:] else []
    about = "\n".join([*([since] if state else []), *faults.faults[:_TOLD], *rest])
    with desk.store.unit() as unit:
        notice = TellManagers("playbook_faults", 0, about=about)
        outbox.add(unit, tell_managers(desk, unit, notice), now=desk.clock())
        unit.commit()
