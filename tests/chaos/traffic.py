"""A working day in a hurry: forms that come in, reps who call, write and press, all at once."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from threading import Event, Thread

import httpx

from sandbox.errors import PersonError
from sandbox.records import Answer, Message
from tests.chaos.ledger import NOANSWER, NOTE, REPLY, Act, Ledger
from tests.e2e.world import Outside

REPS = ("U01NOA", "U01AVI")
HEAD = re.compile(r"^\S+ \*\u200f?#(\d+) [^*]*\* · ")
"""How a lead's card begins, and no reminder does: a sign, its number, its kind."""
STANDS = {NOANSWER: ("missed call", "בלי מענה"), NOTE: ("Written down", "נרשם")}
"""What is said of an act that stands, in both languages; whatever else is said refuses it."""
PAUSE = 0.05
BEARER = {"Authorization": "Bearer secret"}
ANSWERED_WITHIN = 1.0
BREATH = (0.3, 2.0)
"""Seconds between a rep's acts: Slack takes one post a second, and each act is a line there."""


def phone_of(number: int) -> str:
    """Give the number of the lead that came as the n-th form."""
    return f"+97252{4_000_000 + number}"


def lead_on(message: Message) -> int | None:
    """Give the lead whose card a message is."""
    found = HEAD.match(message.text)
    return int(found[1]) if found else None


class Forms:
    """A website: each form is posted until it is taken, some once more to be sure."""

    def __init__(self, urls: Callable[[], list[str]], ledger: Ledger, seed: int, pace: float):
        self._urls, self._ledger, self._dice, self._pace = urls, ledger, Random(seed), pace
        self._numbers = iter(range(seed * 10_000, (seed + 1) * 10_000))

    def live(self, over: Event) -> None:
        """Post form after form until it is over; what was begun is seen through."""
        with httpx.Client(timeout=10, headers=BEARER) as web:
            while not over.is_set():
                self._one(web)
                over.wait(self._dice.expovariate(self._pace))

    def post_one(self) -> None:
        """Post one form until it is taken."""
        with httpx.Client(timeout=10, headers=BEARER) as web:
            self._one(web)

    def _one(self, web: httpx.Client) -> None:
        number = next(self._numbers)
        self._until_taken(web, number)
        if self._dice.random() < 0.3:
            self._ledger.count("repeated")
            self._until_taken(web, number)

    def _until_taken(self, web: httpx.Client, number: int) -> None:
        body = {
            "name": f"Lead {number}",
            "phone": phone_of(number),
            "email": f"lead{number}@example.com",
        }
        for _ in range(4000):
            url = self._dice.choice(self._urls())
            try:
                answer = web.post(
                    f"{url}/intake/website",
                    json=body,
                    headers={"Idempotency-Key": f"form-{number}"},
                )
            except httpx.TransportError:
                time.sleep(PAUSE)
                continue
            if answer.status_code == 202:
                self._ledger.took(f"form-{number}", int(answer.json()["lead_id"] or 0))
                return
            self._ledger.count("refused")
            time.sleep(PAUSE)
        self._ledger.wonder(f"form {number} was never taken")


class Hands:
    """A rep at work: nobody answers, a note, an answer in a card's thread; each thing once."""

    def __init__(self, outside: Outside, who: str, ledger: Ledger, seed: int):
        self._slack, self._ledger, self._dice = outside.slack, ledger, Random(seed)
        self._rep = outside.slack.person(who)
        self._called: set[int] = set()
        self._words = 0

    def live(self, over: Event) -> None:
        """Act until it is over."""
        while not over.is_set():
            cards = self.cards()
            fresh = [lead for lead in cards if lead not in self._called]
            if fresh and self._dice.random() < 0.7:
                self.miss(fresh[0], cards[fresh[0]])
            elif cards:
                lead = self._dice.choice(list(cards))
                self._dice.choice((self.note, self._reply))(lead)
            over.wait(self._dice.uniform(*BREATH))

    def cards(self) -> dict[int, Message]:
        """Give the cards of the rep's own leads."""
        return {lead: card for card in self._rep.dms if (lead := lead_on(card))}

    def miss(self, lead: int, card: Message) -> None:
        """Say once that nobody answered: by a command, or by the card's button."""
        self._called.add(lead)
        pressing = self._dice.random() < 0.5 and "lead_noanswer" in str(card.buttons)

        def act() -> Answer | None:
            if not pressing:
                return self._rep.command(f"/lead noanswer {lead}")
            told = len(self._rep.ephemerals)
            self._rep.click(card, "lead_noanswer", force=True)
            return self._answer_after(told)

        self._do(NOANSWER, lead, "", act)

    def _answer_after(self, told: int) -> Answer | None:
        """Give what a rep is told of a click: an answer of its own, since the ack has no words."""
        until = time.monotonic() + ANSWERED_WITHIN
        while time.monotonic() < until:
            for one in self._rep.ephemerals[told:]:
                return Answer(text=one.text)
            time.sleep(PAUSE)
        return None

    def note(self, lead: int) -> None:
        """Write down some words that were never written before."""
        words = self._new_words()
        self._do(NOTE, lead, words, lambda: self._rep.command(f"/lead note {lead} {words}"))

    def _reply(self, lead: int) -> None:
        """Write in the thread of the card; Slack brings it, and brings it again where it failed."""
        channel = self._slack.channel("leads")
        card = next((one for one in channel.messages if lead_on(one) == lead), None)
        if card is None:
            return
        words = self._new_words()
        self._rep.say(words, channel="leads", thread_ts=card.ts)
        self._ledger.did(Act(REPLY, lead, words, acked=False))

    def _do(self, what: str, lead: int, words: str, act: Callable[[], Answer | None]) -> None:
        try:
            answer = act()
        except PersonError:
            self._ledger.did(Act(what, lead, words, acked=False))
            return
        said = "" if answer is None else answer.text
        # A click that was acked stands, unless its own answer comes and says that it does not.
        stored = answer is None or any(sign in said for sign in STANDS[what])
        if not stored:
            self._ledger.refuse(said)
        self._ledger.did(Act(what, lead, words, acked=stored))
        if stored and self._dice.random() < 0.3:
            self._again()

    def _again(self) -> None:
        """Deliver the same act once more, as Slack does when an ack is lost on its way."""
        self._ledger.count("repeated")
        try:
            self._slack.redeliver_last()
        except PersonError:
            return

    def _new_words(self) -> str:
        self._words += 1
        return f"word-{self._rep.id}-{self._words}-end"


@contextmanager
def working(
    outside: Outside, urls: Callable[[], list[str]], ledger: Ledger, *, seed: int, pace: float = 0.7
) -> Iterator[None]:
    """Let two websites and all reps work meanwhile; `pace` is forms a second."""
    over = Event()
    lives = [Forms(urls, ledger, seed * 2 + one, pace / 2).live for one in range(2)]
    lives += [Hands(outside, who, ledger, seed + n).live for n, who in enumerate(REPS)]
    threads = [Thread(target=live, args=(over,), daemon=True) for live in lives]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=60)
