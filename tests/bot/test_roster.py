"""Who leaves: their leads go on, and what they know ends."""

from tests.bot.test_assign import away
from tests.desk import AVI, MIRI, NOA, Room

MANAGER = f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\n'


def only(*slack_ids: str) -> str:
    return MANAGER + "".join(f'[[rep]]\nslack_id = "{one}"\nname = "x"\n' for one in slack_ids)


class TestALeaver:
    def test_s_leads_go_to_the_others_with_a_card(self, room: Room):
        lead = room.lead()
        room.deliver()
        stays = room.other(lead)
        room.load_team(only(stays), replace=True)
        room.deliver()
        assert room.load(lead.id).owner == stays
        assert "052-234-5678" in room.outside.dms(stays)[-1].text
        assert "052-234-5678" not in room.outside.dms(lead.owner)[0].text

    def test_s_leads_that_nobody_can_take_are_told_to_managers_and_masked(self, room: Room):
        lead = room.lead()
        away(room, room.other(lead))
        room.deliver()
        room.load_team(only(room.other(lead)), replace=True)
        room.log(lead.id, "noanswer", by=MIRI)
        room.tick(seconds=5)
        assert "left the team" in room.outside.dms(MIRI)[-1].text
        assert "052-234-5678" not in room.outside.dms(lead.owner)[0].text

    def test_is_active_again_when_the_file_names_them_again(self, room: Room):
        lead = room.lead()
        room.load_team(only(room.other(lead)), replace=True)
        room.load_team(only(NOA, AVI))
        away(room, room.other(lead))
        assert room.lead(phone="052-234-5699", email="").owner == lead.owner
