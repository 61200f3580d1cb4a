"""One call: whether it is answered, what comes of it, what it takes of a rep's time."""

from rules.playbook import Playbook
from rules.words import HIGH_TIERS, Kind, Queue
from simulation.calendar import UNKNOWN, Answers, after_miss, first_call
from simulation.cases import Call, Case
from simulation.chances import Chances
from simulation.params import HOUR, Params
from simulation.world import MOST_CALLS


class Calling:
    """Makes calls by the dice of each lead and a playbook; `low` is low-answer mode (L2.5)."""

    def __init__(self, params: Params, playbook: Playbook) -> None:
        """Begin with SMS for all, and nothing known of when leads of a kind answer."""
        self._params, self._chances = params, Chances(params)
        self.playbook = playbook
        self.low = False
        self.answering: dict[Kind, Answers] = {}

    def call(self, case: Case, *, at: float, rep: int) -> Call:
        """Call a case: it stands as the call left it, and waits at its `next_s` if at all."""
        if case.queue is Queue.HIGH_FOLLOWUP:
            return self._close(case, at=at, rep=rep)
        answered = self._is_answered(case, at)
        if not case.calls:
            case.plan_at = at
        case.plan_step += 1
        self._reached(case, at, rep) if answered else self._missed(case, at)
        sold = case.sold_at is not None
        talk = self._talk(answered=answered, sold=sold)
        made = Call(len(case.calls) + 1, at, rep, answered, talk, self._taken(talk))
        case.calls.append(made)
        return made

    def _close(self, case: Case, *, at: float, rep: int) -> Call:
        case.sold_at, case.next_s = at, float("inf")
        talk = self._talk(answered=True, sold=True)
        made = Call(0, at, rep, answered=True, talk=talk, seconds=self._taken(talk))
        case.calls.append(made)
        return made

    def _is_answered(self, case: Case, at: float) -> bool:
        arrival, attempt = case.arrival, len(case.calls) + 1
        if not arrival.reachable or attempt > MOST_CALLS:
            return False
        if case.comes_back:
            case.comes_back = False
            return True
        age = at - arrival.at
        chance = self._chances.answered(arrival.source, attempt=attempt, at=at, age=age)
        return arrival.luck[attempt - 1] < chance

    def _reached(self, case: Case, at: float, rep: int) -> None:
        arrival, source = case.arrival, case.arrival.source
        case.reached_at, case.next_s = at, float("inf")
        times = self._params.closes(rep, arrival.values)
        chance = self._chances.closes(source, attempt=len(case.calls) + 1, times=times)
        if arrival.close_luck < chance:
            case.closes = True
            closes_at = arrival.at + self._chances.closing_age(arrival.age_luck)
            if closes_at <= at:
                case.sold_at = at
            else:
                case.queue = Queue.HIGH_FOLLOWUP
                case.next_s = first_call(self.playbook, at=closes_at)

    def _missed(self, case: Case, at: float) -> None:
        first = not case.calls
        case.tried |= 1 << int(at % (24 * HOUR) // HOUR)
        case.queue = Queue.PLANNED
        answers = self.answering.get(case.arrival.source.kind, UNKNOWN)
        following = after_miss(case, self.playbook, at=at, answers=answers)
        case.next_s = float("inf") if following is None else following
        if first and self._gets_sms(case):
            case.texted = True
            arrival = case.arrival
            if arrival.reachable and arrival.text_luck < self._params.money["back"]:
                case.comes_back = case.came_back = True
                case.queue = Queue.FRESH
                case.fresh_s = at + HOUR
                case.next_s = first_call(self.playbook, at=case.fresh_s)

    def _gets_sms(self, case: Case) -> bool:
        cold = case.arrival.source.kind is Kind.COLD
        return not cold and (case.tier in HIGH_TIERS or not self.low)

    def _talk(self, *, answered: bool, sold: bool) -> float:
        seconds = self._params.seconds
        if not answered:
            return 0.0
        return float(seconds["talk_sale"] if sold else seconds["talk"])

    def _taken(self, talk: float) -> float:
        seconds = self._params.seconds
        return seconds["between"] + seconds["logging"] + (talk or seconds["no_answer"])
