"""How people name the stages of a lead in `/lead stage`, in English and Hebrew (S)."""

from collections.abc import Sequence
from typing import Final

from rules.acts import MoveStage
from rules.phones import plain
from rules.refusals import Refused
from rules.words import Stage

_ECHO = 40
_NAMES: Final[dict[str, Stage]] = {
    **dict.fromkeys(("lead", "ליד"), Stage.LEAD),
    **dict.fromkeys(("mql", "שיווקי"), Stage.MQL),
    **dict.fromkeys(("sql", "מכירתי"), Stage.SQL),
    **dict.fromkeys(("sqo", "הזדמנות"), Stage.SQO),
    **dict.fromkeys(
        ("disqualified", "disqualify", "dq", "נפסל", "נפסלה", "פסול", "לפסול", "פסילה"),
        Stage.DISQUALIFIED,
    ),
}


def read_move(lead_id: int, words: Sequence[tuple[str, str]]) -> MoveStage:
    """Read a stage and the reason after it; a word is as typed, and as it is compared.

    Raises Refused where no stage is named (contract: `/lead` in Slack).
    """
    if not words:
        raise Refused("stage.needs_stage", lead_id=lead_id)
    (raw, text), *rest = words
    to = _NAMES.get(text.rstrip(":,."))
    if to is None:
        raise Refused("stage.unknown", lead_id=lead_id, word=plain(raw)[:_ECHO])
    return MoveStage(lead_id, to, " ".join(typed for typed, _ in rest))
