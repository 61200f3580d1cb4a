"""What keeps most of a pool from a lead (C3)."""

import pytest

from rules.routing import Considered
from rules.skips import Skip, commonest


class TestTheCommonestReason:
    @pytest.mark.parametrize(
        ("skips", "told"),
        [
            ((), ""),
            ((Skip.MANAGES, Skip.NOT_IN_POOL, Skip.PAUSED), ""),
            ((Skip.LANGUAGE, ""), ""),
            ((Skip.LANGUAGE, Skip.MANAGES, Skip.MANAGES), Skip.LANGUAGE),
            ((Skip.FULL, Skip.AWAY, Skip.FULL), Skip.FULL),
            ((Skip.FULL, Skip.AWAY), Skip.AWAY),
            ((Skip.HAD_IT, Skip.HAD_IT, Skip.FULL), Skip.FULL),
            ((Skip.HAD_IT, Skip.MANAGES), Skip.HAD_IT),
        ],
    )
    def test_is_what_most_of_the_pool_lack(self, skips: tuple[str, ...], told: str):
        considered = [Considered(f"U{n}", skip) for n, skip in enumerate(skips)]
        assert commonest(considered) == told
