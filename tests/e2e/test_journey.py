"""One lead, from the door to sold, through real processes and both of Slack's ways in."""

import json

from sandbox.person import Person
from sandbox.records import Message
from tests.e2e.world import World

DANA = {
    "name": "דנה כהן",
    "phone": "052-234-5678",
    "email": "dana@example.com",
    "campaign": "Facebook-March",
    "city": "ירושלים",
    "language": "he",
    "cost": "41.50",
    "note": "asked about the blue one",
    "shoe_size": 38,
}


def owner_of(world: World) -> Person:
    noa, avi = world.slack.person("U01NOA"), world.slack.person("U01AVI")
    world.slack.wait_for(lambda: noa.dms or avi.dms)
    return noa if noa.dms else avi


def only_card(world: World) -> Message:
    channel = world.slack.channel("leads")

    def cards() -> list[Message]:
        return [one for one in channel.messages if not one.is_reply and "#1 " in one.text]

    world.slack.wait_for(cards)
    [card] = cards()
    return card


class TestALeadGoesTheWholeWay:
    def test_from_the_door_to_sold(self, world: World):
        self.arrives_once(world)
        owner = self.is_posted_masked_and_given_in_full(world)
        self.stays_with_its_owner(world, owner)
        self.gets_one_sms_and_one_mail(world, owner)
        self.answers_the_mail(world, owner)
        self.is_followed_up_and_sold(world, owner)
        self.is_in_the_digest(world)
        assert world.slack.faults_seen == []
        assert world.stop() == 0
        self.leaves_no_trace_of_the_person_in_the_log(world)

    def arrives_once(self, world: World):
        first = world.post_lead(**DANA)
        assert first["status"] == "created"
        again = world.post_lead(phone="+972 52 234 5678", campaign="Google")
        assert (again["status"], again["lead_id"]) == ("merged", first["lead_id"])

    def is_posted_masked_and_given_in_full(self, world: World) -> Person:
        owner = owner_of(world)
        card = only_card(world)
        assert f"<@{owner.id}>" in card.text
        assert "052-•••-••78" in card.plain
        shown = json.dumps(card.blocks, ensure_ascii=False) + card.text
        assert "234" not in shown
        assert "dana@" not in shown
        [private] = owner.dms
        assert "052-234-5678" in private.plain
        assert "dana@example.com" in private.plain
        assert "asked about the blue one" in private.plain
        return owner

    def stays_with_its_owner(self, world: World, owner: Person):
        other = world.slack.person("U01AVI" if owner.id == "U01NOA" else "U01NOA")
        assert f"<@{owner.id}>" in other.command("/lead noanswer 1").plain
        guest = world.slack.person("U01GUEST").command("/lead show 1").plain
        assert "sales team" in guest
        assert "234" not in other.command("/lead show 1").plain

    def gets_one_sms_and_one_mail(self, world: World, owner: Person):
        answer = owner.command("/lead noanswer 1")
        assert "#1" in answer.plain
        [sms] = world.phones.wait_for(lambda: world.phones.messages)
        assert sms.to == "+972522345678"
        assert "שלום דנה" in sms.body
        [mail] = world.mailbox.wait_for(lambda: world.mailbox.mails)
        assert mail.recipients == ("dana@example.com",)
        assert 'dir="rtl"' in mail.html
        assert "שלום" in mail.text
        owner.command("/lead busy 1")
        owner.click(only_card(world), "lead_talked")
        world.slack.wait_for(lambda: owner.modal)
        owner.close_modal()
        assert len(world.phones.messages) == 1
        assert len(world.mailbox.mails) == 1

    def answers_the_mail(self, world: World, owner: Person):
        answer = world.mailbox.reply(world.mailbox.mails[0], "אפשר מחר בבוקר")
        world.slack.wait_for(lambda: "אפשר מחר בבוקר" in owner.dms[-1].text, timeout=15)
        channel = world.slack.channel("leads")

        def told() -> list[str | None]:
            said = [one for one in channel.messages if "אפשר מחר בבוקר" in one.text]
            return [one.thread_ts for one in said]

        world.slack.wait_for(told)
        assert told() == [only_card(world).ts]
        world.slack.wait_for(lambda: world.imap.seen() == [answer])

    def is_followed_up_and_sold(self, world: World, owner: Person):
        cards_before = len(owner.dms)
        owner.command("/lead followup 1 high 1m card is not with him")
        world.slack.wait_for(lambda: len(owner.dms) > cards_before, timeout=75)
        nudge = owner.dms[-1]
        assert "#1" in nudge.text
        owner.click(nudge, "nag_done")
        world.slack.wait_for(lambda: owner.modal)
        refused = owner.submit({"amount": "a lot"})
        assert "a lot" in refused.errors["amount"]
        assert owner.submit({"amount": "1,290"}).closed
        world.slack.wait_for(lambda: "1,290" in only_card(world).text)
        world.slack.wait_for(lambda: not owner.dms[-1].buttons)

    def is_in_the_digest(self, world: World):
        today = world.app("digest", "--since", "2020-01-01")
        assert "Facebook-March" in today
        world.app("digest", "--post", "--since", "2020-01-01")
        channel = world.slack.channel("lead-digest")
        world.slack.wait_for(lambda: channel.messages)
        assert "1 sale" in channel.messages[0].text
        assert "₪1,290" in channel.messages[0].text

    def leaves_no_trace_of_the_person_in_the_log(self, world: World):
        for secret in ("דנה", "2345678", "234-5678", "dana@example.com", "secret", "xoxb-"):
            assert secret not in world.log


class TestAFile:
    def test_fills_the_queues_with_one_post_while_the_bot_runs(self, socket_world: World):
        world = socket_world
        rows = "\n".join(f"Person {n},052-23456{n:02},Radio" for n in range(20))
        path = world.folder / "leads.csv"
        path.write_text(f"Full Name,Mobile,Campaign\n{rows}\n,,Radio\n", "utf-8")
        said = world.app("import", "leads.csv", "--kind", "cold")
        assert said.strip() == "rows 21 = created 20 + merged 0 + rejected 1"
        channel = world.slack.channel("leads")
        world.slack.wait_for(lambda: channel.messages)
        assert "20 new leads" in channel.messages[0].text
        assert "Person" in world.slack.person("U01AVI").command("/lead next").plain
        again = world.app("import", "leads.csv", "--kind", "cold")
        assert again.strip() == "rows 21 = created 0 + merged 20 + rejected 1"
        assert len(channel.messages) == 1


class TestTheBot:
    def test_goes_on_where_it_was_killed(self, socket_world: World):
        world = socket_world
        for number in range(5):
            world.post_lead(name=f"Lead {number}", phone=f"052-23456{number:02}")
        world.kill()
        world.start()
        channel = world.slack.channel("leads")
        world.slack.wait_for(lambda: len(channel.messages) >= 5, timeout=90)
        posted = {message.text.split("*")[1] for message in channel.messages}
        assert len(posted) == 5
        assert len(channel.messages) <= 6

    def test_listens_again_after_an_outage_of_slack(self, socket_world: World):
        world = socket_world
        world.slack.go_down()
        lead = world.post_lead(name="Yossi", phone="052-234-5601")
        world.slack.come_back()
        world.slack.wait_for(lambda: world.slack.connections, timeout=30)
        answer = owner_of(world).command(f"/lead noanswer {lead['lead_id']}")
        assert "Yossi" in answer.plain
