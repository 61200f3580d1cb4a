"""The first minutes: eight things to try, and which of them are done."""

from dataclasses import dataclass

from sandbox.face.frames import sayer
from sandbox.face.seat import MESSAGES
from sandbox.face.stage import Show, Stage

Button = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to try; a button is what it does, on what, and its words."""

    title: str
    text: str
    done: bool
    code: str = ""
    buttons: tuple[Button, ...] = ()


def steps(stage: Stage, show: Show) -> list[Step]:
    """Return the eight things, each of which works as it is written."""
    return [
        _log(stage, show),
        _step(stage, show, "form", buttons=(("tab", "form"),)),
        _promise(stage, show),
        _typed(stage, show, "next", code="/lead next"),
        _step(stage, show, "drop", buttons=(("sample", MESSAGES),)),
        _near(stage, show),
        _step(stage, show, "meta", buttons=(("meta", ""),)),
        _step(stage, show, "digest", buttons=(("clock", "digest"),)),
    ]


def _log(stage: Stage, show: Show) -> Step:
    known = show.town.customers.get(show.guide.customer)
    name = known.customer.name if known else ""
    code = f"/lead noanswer {show.guide.lead_id}"
    given = {"customer": name, "lead": show.guide.lead_id, "rep": _name(show, show.guide.rep)}
    return _typed(
        stage, show, "noanswer", code=code, beside=(("phone", show.guide.customer),), **given
    )


def _promise(stage: Stage, show: Show) -> Step:
    code = f"/lead followup {show.guide.second_id} high 10m {sayer(show.locale)('guide.promised')}"
    rep = _name(show, show.guide.second_rep)
    return _typed(stage, show, "followup", code=code, beside=(("clock", "minutes"),), rep=rep)


def _near(stage: Stage, show: Show) -> Step:
    known = show.town.customers.get(show.guide.customer)
    name = known.customer.name if known else ""
    return _step(stage, show, "near", buttons=(("near", ""),), customer=name)


def _name(show: Show, rep: str) -> str:
    user = show.town.slack.world.users[rep]
    return user.real_name or user.name


def _typed(
    stage: Stage, show: Show, name: str, *, code: str, beside: tuple[tuple[str, str], ...] = (),
    **given: object,
) -> Step:  # fmt: skip
    step = _step(stage, show, name, buttons=beside, **given)
    typing = ("type", code, sayer(show.locale)("guide.type"))
    return Step(
        title=step.title, text=step.text, done=step.done, code=code, buttons=(typing, *step.buttons)
    )


def _step(
    stage: Stage, show: Show, name: str, *, buttons: tuple[tuple[str, str], ...], **given: object
) -> Step:
    say = sayer(show.locale)
    made = tuple((do, value, say(f"guide.{name}_button", **given)) for do, value in buttons)
    return Step(
        title=say(f"guide.{name}"),
        text=say(f"guide.{name}_text", **given),
        done=name in stage.done,
        buttons=made,
    )
