"""Low-answer mode: SMS for high tiers only, where few calls are answered at all (L2.5)."""

from rules.playbook import LowAnswer


def switched(*, on: bool, rate: float, calls: int, rules: LowAnswer) -> bool:
    """Say whether the mode is on after a measure: part `rate` of the newest `calls` answered.

    Between the two thresholds, and until there are calls enough to judge, it stays as it is, so
    that it does not flap (L2.5).
    """
    if calls < rules.calls:
        return on
    return rate <= rules.above if on else rate < rules.below
