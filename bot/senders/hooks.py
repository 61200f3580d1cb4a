"""Webhooks as they leave: signed by the Standard Webhooks scheme, sent to where may be sent."""

import ipaddress
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING

from bot.orders import DeliveryFailed, Hook, Sent

if TYPE_CHECKING:
    import ssl

    import httpx

TIMEOUT = 10.0
LONGEST_REST = 3600.0
GONE, TOO_MANY, UNAVAILABLE = 410, 429, 503
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
OF_CLOUDS = frozenset(
    ipaddress.ip_address(one) for one in ("168.63.129.16", "100.100.100.200", "fd00:ec2::254")
)
"""Where a machine asks its cloud about itself, besides the link-local address."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class HookSender:
    """Sends webhooks; each on a connection of its own, to the address that was looked at."""

    @cached_property
    def _trust(self) -> "ssl.SSLContext":
        import httpx  # noqa: PLC0415 - as long to load as all the rest

        return httpx.create_ssl_context()

    def send(self, order: Hook) -> Sent:
        """Send one; raises DeliveryFailed for whatever is not 2xx."""
        import httpx  # noqa: PLC0415

        url = httpx.URL(order.url)
        to = _address(url, private=order.private)
        headers = {**_signed(order), "Host": url.netloc.decode()}
        request = {"content": order.body, "headers": headers}
        sni = {"sni_hostname": url.raw_host.decode()}
        try:
            with (
                httpx.Client(verify=self._trust, timeout=TIMEOUT, trust_env=False) as client,
                client.stream("POST", url.copy_with(host=to), extensions=sni, **request) as answer,  # type: ignore[arg-type]  # of httpx's own shapes
            ):
                return _taken(answer, order)
        except httpx.TimeoutException:
            raise DeliveryFailed("hook_timeout") from None
        except httpx.TransportError:
            raise DeliveryFailed("hook_unreachable") from None


def _signed(order: Hook) -> dict[str, str]:
    from standardwebhooks.webhooks import Webhook  # noqa: PLC0415

    now = datetime.now(UTC)
    signature = Webhook(order.secret).sign(order.key, now, order.body.decode())
    return {
        "Content-Type": "application/json",
        "User-Agent": "lead-desk",
        "webhook-id": order.key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def _taken(answer: "httpx.Response", order: Hook) -> Sent:
    code = answer.status_code
    if answer.is_success:
        return Sent(ref=order.key)
    if code == GONE:
        raise DeliveryFailed("hook_gone")
    rest = _rest(answer.headers.get("retry-after", ""))
    busy = code in {TOO_MANY, UNAVAILABLE}
    raise DeliveryFailed(f"hook_{code}", retry_after=rest, alone=rest is None and not busy)


def _rest(written: str) -> float | None:
    """Read Retry-After, seconds or a date; None where it says nothing."""
    if written.isascii() and written.isdigit():
        return min(float(written), LONGEST_REST)
    try:
        until = parsedate_to_datetime(written)
        left = (until - datetime.now(until.tzinfo)).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(left, 0.0), LONGEST_REST)


def _address(url: "httpx.URL", *, private: bool) -> str:
    """Give the address behind a webhook's host, where it may be sent to (C5).

    One that the playbook writes out as a number, and localhost, is meant. A name that leads into
    a private network is followed where the playbook allows it, to the machine's own services of
    a cloud never. Outside, only https will do. Raises DeliveryFailed.
    """
    host = url.host
    try:
        found = socket.getaddrinfo(host, url.port or PORTS[url.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryFailed("hook_unreachable") from None
    here = [_meant(str(one[4][0])) for one in found]
    written_out = host == "localhost" or _is_number(host)
    if any(_is_nobodys(one) for one in here):
        raise DeliveryFailed("hook_private", alone=True)
    inside = any(not one.is_global for one in here)
    if inside and not (written_out or private):
        raise DeliveryFailed("hook_private", alone=True)
    if url.scheme != "https" and any(one.is_global for one in here):
        raise DeliveryFailed("hook_not_https", alone=True)
    return str(here[0])


def _meant(written: str) -> Address:
    """Give the address that is reached; an IPv4 one that is written as IPv6 is itself."""
    there = ipaddress.ip_address(written.partition("%")[0])
    if isinstance(there, ipaddress.IPv4Address):
        return there
    bridged = ipaddress.IPv4Address(there.packed[-4:]) if there in NAT64 else None
    return there.ipv4_mapped or there.sixtofour or bridged or there


def _is_nobodys(there: Address) -> bool:
    """Say whether no system that takes webhooks is ever at this address."""
    nowhere = there.is_link_local or there.is_multicast or there.is_unspecified
    return nowhere or there in OF_CLOUDS


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
