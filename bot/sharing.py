"""A form that was added to a lead by its number alone: asked whose it is, made another's (C2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import audit
from bot.bodies import Unreadable
from bot.desk import Desk
from bot.forms import read_forms, read_lead
from bot.leads import check_workable, open_lead
from bot.near import Different
from bot.near_posts import words_for
from bot.orders import Drop, Order, Prepared, SlackPost, SlackUpdate
from bot.rotation import Rotation
from bot.sources import Batch
from bot.taking import take_in
from bot.team import hears_notices, member
from bot.views import near as views
from bot.views.blocks import Message
from rules.effects import RefreshCard
from rules.fields import Draft
from rules.lead import Lead
from rules.near import AskShared
from rules.permissions import Act
from rules.refusals import Refused
from rules.team import Rep
from storage import inbox, leads, likenesses, merges, pastlines, people
from storage.inbox import Arrival
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

POST = AskShared.purpose
ADDED = "merged"
THEIRS = "theirs"
"""What it is called in the history that a form is of the lead that it was added to."""


def split(desk: Desk, intake_id: int, *, by: str, key: str = "") -> Different:
    """Make a form the lead of another person, who shares the number of the lead it was added to.

    Its source and cost go with it; it filled nothing there. Raises Refused for all but managers
    and the lead's owner, and where that was done before.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        arrival, draft, lead = added(desk, unit, intake_id, by=by)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("undo.done")
        people.share(unit, lead.phone_e164, actor=by, at=now)
        other = _taken_in(desk, unit, lead, arrival, draft, now=now)
        _write(desk, unit, lead, other, by=by, now=now)
        unit.commit()
    return Different(lead, other, shared=True)


def added(desk: Desk, unit: Unit, intake_id: int, *, by: str) -> tuple[Arrival, Draft, Lead]:
    """Give a form that was added to a lead by its number, what it says, and the lead, held (C2).

    Raises Refused for any other form, for one of which somebody said whose it is, and for all but
    managers and the lead's owner.
    """
    actor = member(unit, by, admins=desk.settings.admin_slack_ids)
    arrival = inbox.get(unit, intake_id, lock=True)
    if arrival is None or arrival.state != ADDED or arrival.lead_id is None:
        raise Refused("button.stale")
    draft = read(desk, arrival)
    lead = _held(unit, arrival, draft, actor)
    if is_theirs(unit, lead.id, arrival.id):
        raise Refused("near.theirs", lead_id=lead.id, name=lead.name)
    return arrival, draft, lead


def is_theirs(view: View, lead_id: int, intake_id: int) -> bool:
    """Say whether somebody said that a form is of the lead that it was added to."""
    line = pastlines.of_form(view, lead_id, THEIRS, form=intake_id)
    return bool(line and line.data["undo"])


def read(desk: Desk, arrival: Arrival) -> Draft:
    """Read what a form said, as it was kept; raises Refused where that is not there any more."""
    try:
        found = read_forms(desk, arrival.source, arrival.body, arrival.content_type)
    except Unreadable:
        raise Refused("button.stale") from None
    return read_lead(desk, arrival.source, next(iter(found), {}))


def _held(unit: Unit, arrival: Arrival, draft: Draft, actor: Rep) -> Lead:
    phone = draft.phone.e164 if draft.phone else ""
    leads.lock_person(unit, phone=phone, email=draft.email)
    lead = open_lead(unit, arrival.lead_id or 0, by=actor)
    check_workable(unit, lead, by=actor, act=Act.MERGE)
    if not phone or lead.phone_e164 != phone:
        raise Refused("button.stale")
    return lead


def _taken_in(
    desk: Desk, unit: Unit, lead: Lead, arrival: Arrival, draft: Draft, *, now: datetime
) -> Lead:
    """Take a form in anew, now that its number alone makes nobody the same."""
    merges.give_away(unit, arrival.id, lead.id)
    rotation, batch = Rotation(desk, unit, now=now), Batch(arrival.source, post=True)
    status, other = take_in(desk, unit, draft, rotation, batch, intake_id=arrival.id, now=now)
    if other.id == lead.id:
        raise Refused("near.same_person", lead_id=lead.id, name=lead.name)
    inbox.settle(unit, arrival.id, state=status, lead_id=other.id)
    return other


def _write(desk: Desk, unit: Unit, lead: Lead, other: Lead, *, by: str, now: datetime) -> None:
    state = likenesses.DIFFERENT
    likenesses.decide(unit, lead.id, other.id, state=state, actor=by, at=now)
    line = {"other": other.id, "name": other.name}
    leads.add_line(unit, lead.id, at=now, actor=by, what="split", **line)
    audit.write(desk, unit, by, "split", audit.of_lead(lead.id), after={"other": other.id})
    desk.send(unit, lead, (RefreshCard(lead.id), RefreshCard(other.id)), now=now)


def prepare(desk: Desk, view: View, row: Row) -> Prepared:
    """Ask managers whose a form is, while it is the lead's."""
    effect: Any = row.effect
    if effect.to and not hears_notices(desk, view, effect.to):
        return Drop("manages_no_more")
    arrival, lead = inbox.get(view, effect.intake_id), leads.standing(view, effect.lead_id)
    if arrival is None or lead is None or arrival.state != ADDED:
        return Drop("decided")
    if is_theirs(view, lead.id, arrival.id):
        return Drop("decided")
    name = read(desk, arrival).name
    message = views.whose(name, lead, arrival.id, words_for(desk, view, effect.to))
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not effect.to)]


def ended(desk: Desk, view: View, standing: Sequence[Post]) -> list[Order]:
    """Give the changes of a lead's questions whose form became another's."""
    orders: list[Order] = []
    for post in standing:
        arrival, lead = inbox.get(view, int(post.about)), leads.load(view, post.lead_id)
        message = _over(desk, view, arrival, lead, post) if arrival and lead else None
        if message:
            orders.append(SlackUpdate(post.channel, post.ts, message, over=(post.id,)))
    return orders


def _over(desk: Desk, view: View, arrival: Arrival, lead: Lead, post: Post) -> Message | None:
    """Say in a question's place what was answered, None while nothing was."""
    words = words_for(desk, view, post.recipient)
    if arrival.state != ADDED:
        other = leads.load(view, arrival.lead_id or 0)
        return views.whose_over(lead, other, words) if other else None
    line = pastlines.of_form(view, lead.id, THEIRS, form=arrival.id)
    if line is None or not line.data["undo"]:
        return None
    return views.theirs_over(str(line.data["name"]), lead, line.actor, words)
