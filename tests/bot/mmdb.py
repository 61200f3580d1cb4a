"""A tiny database of places in MaxMind's format, written by hand (MaxMind DB 2.0)."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

_MARK = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = b"\x00" * 16
_MAP, _ARRAY, _U16, _U32, _U64 = 7, 11, 5, 6, 9
Branch = list[Any]


def write_places(
    path: Path, places: dict[str, dict[str, Any]], *, kind: str = "GeoLite2-City"
) -> None:
    """Write what is known of networks ('198.51.100.0/24'), as MaxMind's own files have it."""
    root: Branch = [None, None]
    data, starts = b"", {}
    for network, record in places.items():
        starts[network] = len(data)
        data += _value(record)
        _insert(root, IPv4Network(network), network)
    nodes = _nodes(root)
    tree = b"".join(_node(one, nodes, starts) for one in nodes)
    path.write_bytes(tree + _SEPARATOR + data + _MARK + _value(_about(len(nodes), kind)))


def _about(count: int, kind: str) -> dict[str, Any]:
    return {
        "node_count": (_U32, count),
        "record_size": (_U16, 24),
        "ip_version": (_U16, 4),
        "database_type": kind,
        "languages": ["en"],
        "binary_format_major_version": (_U16, 2),
        "binary_format_minor_version": (_U16, 0),
        "build_epoch": (_U64, 1),
        "description": {"en": "made for a test"},
    }


def _insert(root: Branch, network: IPv4Network, name: str) -> None:
    at = root
    bits = f"{int(network.network_address):032b}"[: network.prefixlen]
    for bit in bits[:-1]:
        at[int(bit)] = at[int(bit)] or [None, None]
        at = at[int(bit)]
    at[int(bits[-1])] = name


def _nodes(root: Branch) -> list[Branch]:
    found = [root]
    for node in found:
        found += [one for one in node if isinstance(one, list)]
    return found


def _node(node: Branch, nodes: list[Branch], starts: dict[str, int]) -> bytes:
    places = {id(one): number for number, one in enumerate(nodes)}
    records = []
    for one in node:
        if isinstance(one, list):
            records.append(places[id(one)])
        else:
            records.append(len(nodes) + 16 + starts[one] if one else len(nodes))
    return b"".join(record.to_bytes(3) for record in records)


def _value(value: Any) -> bytes:
    if isinstance(value, dict):
        inner = b"".join(_value(key) + _value(one) for key, one in value.items())
        return _head(_MAP, len(value)) + inner
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(map(_value, value))
    if isinstance(value, tuple):
        kind, number = value
        raw: bytes = number.to_bytes((number.bit_length() + 7) // 8)
        return _head(kind, len(raw)) + raw
    text = str(value).encode()
    return _head(2, len(text)) + text


def _head(kind: int, size: int) -> bytes:
    assert size < 285
    first, more = (size, b"") if size < 29 else (29, (size - 29).to_bytes())
    head = [kind << 5 | first] if kind < 8 else [first, kind - 7]
    return bytes(head) + more
