"""What every capability works with: the store, the settings, the playbook, the clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.settings import Settings
from bot.zones import zone_of
from rules.effects import Effect, SendEmail, SendSms
from rules.lead import Lead
from rules.messages import leaves_at
from rules.playbook import Playbook
from storage import outbox
from storage.store import Store
from storage.unit import Unit

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Desk:
    """The product's hands, one for a process; `clock` gives the moment in UTC."""

    store: Store
    settings: Settings
    playbook: Playbook
    clock: Clock

    def zone_of(self, lead: Lead) -> ZoneInfo:
        """Give the time zone in which the customer lives (L1.5)."""
        return zone_of(lead, home=self.settings.default_region, team=self.settings.timezone)

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
            due = leaves_at(now=now, playbook=self.playbook, zone=self.zone_of(lead))
            outbox.add(unit, messages, now=now, due_at=due, attempt_id=attempt_id)
