"""What every capability works with: the store, the settings, the present, the clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.calendars import rest_of
from bot.meters import Meters
from bot.present import Present
from bot.settings import Settings
from bot.told_reports import ToldReports
from bot.zones import zone_name, zone_of
from rules.effect import Effect
from rules.lead import FollowUp, Lead
from rules.messages import Writing, leaves_at
from rules.outcomes import Setting
from rules.plan import Phoning
from rules.playbook import Playbook
from rules.rest import Rest
from rules.sending import SendEmail, SendSms
from storage import outbox
from storage.store import Store
from storage.unit import Unit

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Desk:
    """The product's hands, one for a process; `clock` gives the moment in UTC."""

    store: Store
    settings: Settings
    present: Present
    clock: Clock
    meters: Meters = field(default_factory=Meters)
    told: ToldReports = field(default_factory=ToldReports)

    @property
    def playbook(self) -> Playbook:
        """The playbook as it stands now."""
        return self.present.playbook

    @property
    def writing(self) -> Writing:
        """What decides on messages to customers now."""
        return Writing(self.playbook, self.present.low_answer_mode)

    def rest(self, now: datetime) -> Rest:
        """Give the days of rest around a moment (UTC)."""
        return rest_of(self.playbook.rest, now=now)

    def zone_of(self, lead: Lead) -> ZoneInfo:
        """Give the time zone in which the customer lives (L1.5)."""
        if lead.zone is not None:
            return ZoneInfo(lead.zone or self.settings.timezone)
        return zone_of(lead, home=self.settings.default_region, team=self.settings.timezone)

    def placed(self, lead: Lead) -> Lead:
        """Give the lead with its time zone looked up; again after its number changed (L1.5)."""
        return replace(lead, zone=self.zone_name(lead.phone_e164, lead.region))

    def zone_name(self, number: str, region: str) -> str:
        """Give the zone of who has this number (E.164) and region, "" for the team's (L1.5)."""
        team = self.settings.timezone
        zone = zone_name(number, region, home=self.settings.default_region, team=team)
        return "" if zone == team else zone

    def phoning(self, lead: Lead, *, now: datetime) -> Phoning:
        """Give when this lead's phone may ring."""
        hours = self.present.hours.get(lead.kind, {})
        return Phoning(self.playbook, self.rest(now), self.zone_of(lead), hours)

    def setting(
        self, lead: Lead, *, actor: str, now: datetime, followup: FollowUp | None
    ) -> Setting:
        """Give what a decision on this lead needs to know; `followup` is its open one."""
        return Setting(
            actor,
            now,
            self.playbook,
            self.zone_of(lead),
            self.rest(now),
            followup,
            self.present.hours.get(lead.kind, {}),
            self.present.low_answer_mode,
        )

    def leaves_at(self, lead: Lead, *, now: datetime) -> datetime:
        """Give the moment (UTC) at which a message to this lead leaves that is asked for now."""
        zone, rest = self.zone_of(lead), self.rest(now)
        return leaves_at(now=now, playbook=self.playbook, rest=rest, zone=zone)

    def carries(self, effect: Effect) -> bool:
        """Say whether the settings let such a message leave at all."""
        if isinstance(effect, SendSms):
            return self.settings.sms_provider != "off"
        return not isinstance(effect, SendEmail) or bool(self.settings.smtp_url)

    def send(
        self,
        unit: Unit,
        lead: Lead,
        effects: Iterable[Effect],
        *,
        now: datetime,
        attempt_id: int | None = None,
    ) -> None:
        """Put a decision's effects in the outbox; messages to customers wait for their hour."""
        carried = [effect for effect in effects if self.carries(effect)]
        messages = [one for one in carried if isinstance(one, SendSms | SendEmail)]
        outbox.add(unit, [one for one in carried if one not in messages], now=now)
        if messages:
            due = self.leaves_at(lead, now=now)
            outbox.add(unit, messages, now=now, due_at=due, attempt_id=attempt_id)
