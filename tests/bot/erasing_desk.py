"""A person with a whole life at the desk: forms, calls, messages, a merge, things set aside."""

import json

from bot import agenda, approvals, board, chairs, figures, home, leads, letters, one_person
from rules.acts import MoveStage
from rules.lead import Lead
from rules.words import Stage
from storage.unit import View
from tests.bot import raw_mails
from tests.bot.answering import answer
from tests.desk import MIRI, Room
from tests.storage.planting import everything

WORDS = ("Dana", "Cohen", "dana@example.com", "danna@example.org", "Haifa-Hadar", "10.9.8.7")
SAID = ("prefers the blue one", "call my sister", "please tell me more", "left a note here")
NUMBERS = ("522345678", "52-234-5678", "522349999", "52-234-9999")
TRACES = (*WORDS, *SAID, *NUMBERS)


def live(room: Room) -> Lead:
    """Let somebody come, be called, answer, come again as another and be found to be one."""
    form = {"region": "Haifa-Hadar", "city": "Haifa-Hadar", "ip": "10.9.8.7", "age": 41}
    lead = room.lead(external_id="vendor-77", note="left a note here", **form)
    room.deliver()
    room.log(lead.id, "noanswer", note="call my sister")
    room.tick(minutes=5)
    answer(room, "please tell me more", sid="SM1")
    letters.receive(room.desk, raw_mails.plain("please tell me more", answers=""))
    leads.add_note(room.desk, lead.id, "prefers the blue one", by=room.load(lead.id).owner)
    other = room.lead(name="Danna Cohen", phone="052-234-9999", email="danna@example.org")
    room.deliver()
    one_person.merge(room.desk, lead.id, other.id, by=MIRI)
    room.log(lead.id, "followup", importance="high", when=room.clock.now.replace(hour=14))
    asks = MoveStage(lead.id, Stage.SQO, "prefers the blue one")
    approvals.request(room.desk, asks, by=room.load(lead.id).owner)
    for shows in (board.show_board, chairs.check_nightly, agenda.send_due, figures.post_weekly):
        shows(room.desk)
    home.show(room.desk, MIRI)
    room.tick(minutes=5)
    return room.load(lead.id)


def set_aside(room: Room) -> None:
    """Let things come that are no lead's and name the same person."""
    room.receive_raw(b'{"name": "Dana", "tel": "call 052-234-5678"', kind="application/json")
    room.receive_raw(b"dana%40example.com wrote", kind="text/plain")
    both = [{"phone": "052-234-5678", "name": "Dana"}, {"phone": "054-777-8888", "name": "Yossi"}]
    room.receive_raw(json.dumps(both).encode())
    room.deliver()


def left(view: View) -> list[str]:
    """Give which of the person's traces a database has still."""
    text = everything(view).casefold()
    return [one for one in TRACES if one.casefold() in text]
