"""Leads that an accepted change leaves under the former rules, so that its effect shows (L6.8)."""

PARTS = 1000
SPREAD = 617
"""Has no divisor in common with the parts, so that numbers in a row fall evenly over them."""


def is_left_out(lead_id: int, part: float) -> bool:
    """Say whether a lead is of the part of all that is left out, by its number alone.

    `part` is 0 to 1; a lead stays on its side for ever (L6.8).
    """
    return lead_id * SPREAD % PARTS < round(part * PARTS)
