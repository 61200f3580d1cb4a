"""What is told of many leads at once: an import, a flood, the digest, the shares, claims."""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect
from rules.words import Switch


@dataclass(frozen=True, slots=True)
class PostImport(Effect):
    """Post one summary of an imported file."""

    batch: str
    file: str
    created: int
    merged: int
    rejected: int
    kind: ClassVar[str] = "post_import"
    channel: ClassVar[str] = "leads"

    @property
    def once_key(self) -> str:
        """One summary for each run."""
        return f"import:{self.batch}"


@dataclass(frozen=True, slots=True)
class PostFolded(Effect):
    """Post one line for many cards that waited for the channel at once; `first` is the oldest."""

    count: int
    first: int
    kind: ClassVar[str] = "post_folded"
    channel: ClassVar[str] = "leads"

    @property
    def once_key(self) -> str:
        """One line for each flood."""
        return f"folded:{self.first}"


@dataclass(frozen=True, slots=True)
class PostDigest(Effect):
    """Post the digest of a period of ISO moments; `asked` sets one request apart."""

    since: str
    until: str
    asked: str = ""
    kind: ClassVar[str] = "post_digest"
    channel: ClassVar[str] = "digest"

    @property
    def once_key(self) -> str:
        """One digest for each period, and one each time somebody asks."""
        return f"digest:{self.since}:{self.until}:{self.asked}"


@dataclass(frozen=True, slots=True)
class PostDigestPicture(Effect):
    """Upload the chart of a digest's period under it; the fields are the digest's."""

    since: str
    until: str
    asked: str = ""
    kind: ClassVar[str] = "post_digest_picture"
    channel: ClassVar[str] = "digest"

    @property
    def once_key(self) -> str:
        """One picture for each digest."""
        return f"digest_picture:{self.since}:{self.until}:{self.asked}"


@dataclass(frozen=True, slots=True)
class SendWeek(Effect):
    """Tell a rep how their week went, a period of ISO moments (L6)."""

    rep: str
    since: str
    until: str
    kind: ClassVar[str] = "week"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.WEEK

    @property
    def once_key(self) -> str:
        """One message for each week."""
        return f"week:{self.rep}:{self.since}:{self.until}"


@dataclass(frozen=True, slots=True)
class PostFairness(Effect):
    """Post who was given how much, with its chart, to the managers; `asked` sets one apart (C3)."""

    asked: str
    kind: ClassVar[str] = "post_fairness"

    @property
    def once_key(self) -> str:
        """One report each time somebody asks."""
        return f"fairness:{self.asked}"


@dataclass(frozen=True, slots=True)
class SendClaimFile(Effect):
    """Give a manager a vendor's claims with their proof, as a file (L5.5).

    It holds those up to the number `until`; `form` is csv or xlsx, `asked` sets one request apart.
    """

    vendor: str
    currency: str
    until: int
    form: str
    rep: str
    asked: str
    kind: ClassVar[str] = "claim_file"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """One file each time somebody asks."""
        return f"claim_file:{self.rep}:{self.asked}"
