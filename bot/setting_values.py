"""Readers of settings that are more than a word: networks, counts."""

import ipaddress

LONGEST_COUNT = 9
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(value: str) -> tuple[Network, ...]:
    """Read addresses and networks, comma-separated; raises ValueError."""
    try:
        written = (one.strip() for one in value.split(","))
        return tuple(ipaddress.ip_network(one) for one in written if one)
    except ValueError:
        raise ValueError("must be addresses or networks such as 10.0.0.0/8") from None


def count(value: str) -> int:
    """Read a whole number that may be nought; raises ValueError."""
    if not value.isascii() or not value.isdigit() or len(value) > LONGEST_COUNT:
        raise ValueError("must be a whole number; 0 is none")
    return int(value)
