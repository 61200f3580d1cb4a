"""What the desk keeps for a while only (C5)."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import adding, drop_work, drops, hooks, housekeeping, replies, sharing, theirs
from bot.drops import Wanted
from rules.effect import Effect
from rules.effects import EFFECTS
from rules.refusals import Refused
from rules.retention import Retention
from storage import inbox, kept
from storage.tables import intake
from tests.desk import DANA, MIRI, Room

DAY = timedelta(days=1)
RAW_FOR = timedelta(days=Retention().raw_days)


def kinds(room: Room) -> set[str]:
    return {row["kind"] for row in room.rows()}


class TestTheOutbox:
    def test_keeps_what_a_customer_was_sent_and_the_keys_that_hold_for_ever(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "noanswer")
        room.tick(minutes=5)
        room.tick(minutes=5)
        assert {"sms", "post_card", "post_owner_card", "refresh_card"} <= kinds(room)
        room.clock.forward(housekeeping.SENT_FOR + DAY)
        housekeeping.forget(room.desk)
        assert "refresh_card" not in kinds(room)
        assert "post_owner_card" in kinds(room)
        room.clock.forward(housekeeping.KEYED_FOR)
        housekeeping.forget(room.desk)
        assert kinds(room) == {"sms", "email", "post_card"}

    def test_keeps_what_still_waits_whatever_its_age(self, room: Room):
        room.lead()
        room.clock.forward(housekeeping.KEYED_FOR + DAY)
        before = kinds(room)
        housekeeping.forget(room.desk)
        assert kinds(room) == before

    def test_knows_what_to_do_with_every_kind(self):
        brief, keyed = set(housekeeping.brief()), set(housekeeping.keyed())
        assert brief | keyed | housekeeping.FOR_EVER == EFFECTS.keys()
        assert not brief & (keyed | housekeeping.FOR_EVER)
        assert all(EFFECTS[kind].once_key is Effect.once_key for kind in brief)

    def test_keeps_webhooks_as_long_as_they_can_be_put_out_again(self):
        assert housekeeping.KEYED_FOR > hooks.KEPT_FOR

    def test_is_pruned_by_the_batch(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bot.housekeeping.AT_ONCE", 1)
        breaths: list[float] = []
        monkeypatch.setattr("bot.housekeeping.time.sleep", breaths.append)
        for number in range(3):
            lead = room.lead(phone=f"052-234-567{number}", email="")
            room.log(lead.id, "busy")
            room.deliver()
        room.clock.forward(housekeeping.SENT_FOR + DAY)
        count = room.states("refresh_card").count("sent")
        housekeeping.forget(room.desk)
        assert "refresh_card" not in kinds(room)
        assert len(breaths) >= count


class TestWhatCameIn:
    def test_is_emptied_of_its_bytes_and_known_again(self, room: Room):
        first = room.receive(key="k", phone="052-234-5678")
        aside = room.receive(key="q", name="nobody")
        room.clock.forward(RAW_FOR + DAY)
        housekeeping.forget(room.desk)
        with room.desk.store.view() as view:
            rows = view.execute(select(intake).order_by(intake.c.id)).mappings().all()
        sizes = {row["id"]: len(row["body"]) for row in rows}
        assert sizes[first.intake_id] == 0
        assert sizes[aside.intake_id] > 0
        assert room.receive(key="k", phone="052-234-5678").lead_id == first.lead_id

    def test_keeps_its_bytes_only_while_somebody_may_read_them(self, room: Room):
        room.receive(phone="052-234-5678", external_id="7")
        room.receive(phone="052-234-5678", external_id="7", note="again")
        room.receive_raw(b'[{"phone": "052-234-5679"}, {"phone": "052-234-5680"}]')
        asked = adding.add(room.desk, {"phone": "052-234-5678"}, by=MIRI)
        room.clock.forward(RAW_FOR + DAY)
        housekeeping.forget(room.desk)
        with room.desk.store.view() as view:
            sizes = select(intake.c.state, func.length(intake.c.body).label("size"))
            left = {row.state: row.size for row in view.execute(sizes)}
        assert left == dict.fromkeys(["created", "duplicate", "split", "asked"], 0)
        with pytest.raises(Refused, match=r"button\.stale"):
            adding.merge(room.desk, asked.intake_id, by=MIRI)

    @pytest.mark.parametrize("source", [replies.SOURCE, replies.MAIL_SOURCE])
    def test_is_no_answer_any_more_without_its_words(self, room: Room, source: str):
        given = {"source": source, "content_type": "text/plain", "once_key": "m1"}
        with room.desk.store.unit() as unit:
            inbox.keep(unit, body=b"", at=room.clock(), **given)
            assert replies.find(unit, "m1", region="IL") is None

    def test_is_no_more_to_be_made_anothers(self, room: Room):
        room.lead()
        room.clock.forward(minutes=5)
        form = room.receive(name="Michal Levi", phone=DANA["phone"], email="michal@example.com")
        assert form.status == "merged"
        room.clock.forward(RAW_FOR + DAY)
        housekeeping.forget(room.desk)
        for act in (sharing.split, theirs.accept):
            with pytest.raises(Refused, match=r"button\.stale"):
                act(room.desk, form.intake_id, by=MIRI)


class TestAFileThatWasDropped:
    def test_is_forgotten_with_its_rejects(self, room: Room, tmp_path: Path):
        folder = tmp_path / "files"
        folder.mkdir()
        drops.take(room.desk, [{"id": "F1", "name": "a.csv"}], by=MIRI, key="m1")

        def fetch(_file: str, to: Path, _most: int) -> None:
            to.write_text("Name,Phone\nNobody,\n")

        drop_work.work(room.desk, fetch, folder)
        drops.start(room.desk, "F1", Wanted({"Phone": "phone"}, kind="cold"), by=MIRI)
        drop_work.work(room.desk, fetch, folder)
        room.deliver()
        room.clock.forward(housekeeping.REJECTS_FOR - DAY)
        housekeeping.forget(room.desk)
        assert self._left(room) == (1, 2)
        room.clock.forward(DAY * 2)
        housekeeping.forget(room.desk)
        assert self._left(room) == (0, 0)

    def _left(self, room: Room) -> tuple[int, int]:
        """Give how many rejects there are, and how much is kept of files."""
        with room.desk.store.view() as view:
            of_drops = select(intake.c.id).where(intake.c.source == drops.REJECTS)
            rejects = len(view.execute(of_drops).all())
            return rejects, sum(len(kept.starting(view, one)) for one in drops.FORGOTTEN)
