"""What a decision wants to happen outside, as plain data; each becomes one outbox row."""

from dataclasses import dataclass
from typing import ClassVar

from rules.doors import FetchLead
from rules.drops import SendRejects, ShowDrop
from rules.effect import Effect
from rules.erasure import ClearPost, SendPerson
from rules.hooks import PushContact, SendHook
from rules.near import AskSame, AskShared
from rules.reminders import (
    AskSqo,
    HandOver,
    NudgeCall,
    PostBoard,
    PostLines,
    RetireCall,
    SendAgenda,
    SendCatchUp,
    SendGuide,
    ShowHome,
    TellAway,
    TellReassigned,
    TellStage,
    WelcomeRep,
)
from rules.reports import (
    PostDigest,
    PostDigestPicture,
    PostFairness,
    PostFolded,
    PostImport,
    SendClaimFile,
    SendWeek,
)
from rules.sending import SendEmail, SendSms
from rules.words import Switch


@dataclass(frozen=True, slots=True)
class PostCard(Effect):
    """Post the lead's card in the leads channel."""

    lead_id: int
    kind: ClassVar[str] = "post_card"
    channel: ClassVar[str] = "leads"

    @property
    def once_key(self) -> str:
        """One post for each lead, for ever."""
        return f"post:{self.lead_id}"


@dataclass(frozen=True, slots=True)
class PostOwnerCard(Effect):
    """Give the owner the card with full details, privately."""

    lead_id: int
    rep: str
    turn: int
    kind: ClassVar[str] = "post_owner_card"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.LEADS

    @property
    def once_key(self) -> str:
        """One card for each time the lead is given; `turn` is the lead's version then."""
        return f"owner:{self.lead_id}:{self.rep}:{self.turn}"


@dataclass(frozen=True, slots=True)
class RefreshCard(Effect):
    """Bring every posted card of the lead up to the present."""

    lead_id: int
    kind: ClassVar[str] = "refresh_card"

    @property
    def collapse_key(self) -> str:
        """Many changes, one refresh."""
        return f"refresh:{self.lead_id}"


@dataclass(frozen=True, slots=True)
class NudgeRep(Effect):
    """Remind the rep of a follow-up that is due (L4.3); `due` is its ISO moment."""

    followup_id: int
    lead_id: int
    rep: str
    due: str
    nag: int
    kind: ClassVar[str] = "nudge"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.NAGS

    @property
    def once_key(self) -> str:
        """One message for each round of each rep."""
        return f"nudge:{self.followup_id}:{self.due}:{self.rep}:{self.nag}"


@dataclass(frozen=True, slots=True)
class RetireNudge(Effect):
    """Take the buttons off reminders that are no longer the newest or no longer due."""

    followup_id: int
    lead_id: int
    kind: ClassVar[str] = "retire_nudge"

    @property
    def collapse_key(self) -> str:
        """Once is enough while it waits."""
        return f"retire:{self.followup_id}"


@dataclass(frozen=True, slots=True)
class TellManagers(Effect):
    """Tell the managers something only they should know.

    `notice` names the text and `about` what it is about; `to` is one manager, or the managers'
    channel where it is empty.
    """

    notice: str
    lead_id: int
    about: str = ""
    to: str = ""
    kind: ClassVar[str] = "tell_managers"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.TEAM

    @property
    def once_key(self) -> str:
        """The same thing is told once to each."""
        return f"tell:{self.notice}:{self.lead_id}:{self.about}:{self.to}"


@dataclass(frozen=True, slots=True)
class TellReply(Effect):
    """Tell the owner that the lead answered by SMS (L2.3); `message` is its provider's id."""

    lead_id: int
    rep: str
    message: str
    kind: ClassVar[str] = "tell_reply"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.REPLIES

    @property
    def once_key(self) -> str:
        """Each message is told once for each of the sender's leads."""
        return f"reply:{self.lead_id}:{self.message}"


@dataclass(frozen=True, slots=True)
class PostReply(Effect):
    """Put a customer's SMS in the thread of the lead's post (L2.3); `message` is as above."""

    lead_id: int
    message: str
    kind: ClassVar[str] = "post_reply"
    channel: ClassVar[str] = "leads"

    @property
    def once_key(self) -> str:
        """Each message stands once in the thread."""
        return f"thread:{self.lead_id}:{self.message}"


@dataclass(frozen=True, slots=True)
class TellOwner(Effect):
    """Tell the owner what somebody else did to a lead.

    `notice` names the text and `about` what fills it; `turn` sets one telling apart from the
    next: the lead's version then, the form's number, the second in which it was asked.
    """

    lead_id: int
    rep: str
    notice: str
    about: str
    turn: int
    kind: ClassVar[str] = "tell_owner"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.NEWS

    @property
    def once_key(self) -> str:
        """The same thing is told once."""
        return f"owner_told:{self.notice}:{self.lead_id}:{self.rep}:{self.turn}"


EFFECTS: dict[str, type[Effect]] = {
    effect.kind: effect
    for effect in (
        PostCard,
        PostOwnerCard,
        RefreshCard,
        SendSms,
        SendEmail,
        NudgeRep,
        RetireNudge,
        TellManagers,
        TellReply,
        PostReply,
        TellOwner,
        PostImport,
        PostFolded,
        PostDigest,
        PostDigestPicture,
        PostFairness,
        SendClaimFile,
        SendWeek,
        NudgeCall,
        RetireCall,
        SendCatchUp,
        SendAgenda,
        HandOver,
        PostBoard,
        PostLines,
        ShowHome,
        TellAway,
        TellReassigned,
        WelcomeRep,
        SendGuide,
        TellStage,
        AskSqo,
        AskSame,
        AskShared,
        SendHook,
        PushContact,
        ShowDrop,
        SendRejects,
        FetchLead,
        SendPerson,
        ClearPost,
    )
}
