"""Reports that digests were just posted of, kept for the pictures under them (L6)."""

from collections import OrderedDict
from threading import Lock

from rules.report import Report
from rules.reports import PostDigest, PostDigestPicture

MOST = 4


class ToldReports:
    """The last few reports that were told, each until its pictures are drawn.

    Pictures stand under a digest and show what it says, whatever was logged in between: so they
    are of its very report, and that is reckoned once. One that another process told, or that many
    came after, is reckoned anew.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._told: OrderedDict[tuple[str, str, str], Report] = OrderedDict()
        self._lock = Lock()

    def keep(self, digest: PostDigest, report: Report) -> None:
        """Keep what a digest tells, in the place of the oldest of four."""
        key = digest.since, digest.until, digest.asked
        with self._lock:
            self._told[key] = report
            self._told.move_to_end(key)
            while len(self._told) > MOST:
                self._told.popitem(last=False)

    def take(self, picture: PostDigestPicture) -> Report | None:
        """Give what the digest above a picture told, and forget it; None where it isn't here."""
        with self._lock:
            return self._told.pop((picture.since, picture.until, picture.asked), None)
