"""To which addresses may be pushed: public ones only, checked at the moment of sending.

A merchant chooses the URL, so it could lead us to what only we can reach (server-side request
forgery). A name is resolved for each try, every address that it has is checked, and the connection
is made to a checked one, never to the name again: what the name says a moment later (DNS
rebinding) does not matter. Certificates are still checked against the name.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import httpx

from points_api.webhooks.problems import UrlRefused

PORTS: Final = frozenset({443, 8443})
_LONGEST: Final = 500
_OURS: Final = (".local", ".localhost", ".internal", ".home.arpa", ".lan")
# Addresses that are public by themselves and carry another inside, or lead into a network of ours.
_DETOURS: Final = [
    ip_network(text)
    for text in (
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64
        "2002::/16", "192.88.99.0/24",  # 6to4
        "2001::/32",  # Teredo
        "::/96",  # IPv4-compatible
        "fec0::/10",  # site-local
        "192.0.0.0/24",  # assigned to protocols; older Pythons call some of it global
    )
]  # fmt: skip
Address = IPv4Address | IPv6Address


class AddressRefused(Exception):
    """A name leads to an address that is not public."""


class Unresolved(Exception):
    """A name leads nowhere."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and whom to ask for there."""

    url: str
    host: str
    name: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rules. `loopback` opens this machine, at any port and without TLS."""

    loopback: bool = False

    def check(self, url: str) -> str:
        """Return a URL as it is kept. Raises `UrlRefused`, which says why."""
        parsed = _parsed(url)
        host = parsed.host.rstrip(".").lower()
        literal = _literal(host)
        local = self.loopback and (
            host == "localhost" or (literal is not None and literal.is_loopback)
        )
        if parsed.userinfo or parsed.fragment:
            raise UrlRefused(
                "地址里不要写用户名、密码或 #", "Leave out user, password and fragment"
            )
        if parsed.scheme != "https" and not (local and parsed.scheme == "http"):
            raise UrlRefused("只能用 https", "Only https")
        if not local and (parsed.port or 443) not in PORTS:
            ports = ", ".join(str(port) for port in sorted(PORTS))
            raise UrlRefused(f"端口只能是 {ports}", f"The port must be one of {ports}")
        if not local and _is_ours(host, literal):
            raise UrlRefused("要写公网上的地址", "Name an address of the public internet")
        return str(parsed)

    async def target_of(self, url: str) -> Target:
        """Resolve a URL to a checked address. Raises `AddressRefused`, `Unresolved`."""
        parsed = _parsed(self.check(url))
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
        found = await _resolved(parsed.host, port)
        if not all(self.allows(address) for address in found):
            raise AddressRefused
        first = found[0]
        host = f"[{first}]" if first.version == 6 else str(first)
        return Target(
            url=str(parsed.copy_with(host=host)),
            host=parsed.netloc.decode("ascii"),
            name=parsed.raw_host.decode("ascii"),
        )

    def allows(self, address: Address) -> bool:
        """Whether we may connect to an address."""
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            return False
        if self.loopback and address.is_loopback:
            return True
        return is_public(address)


def is_public(address: Address) -> bool:
    """True for unicast addresses of the public internet that carry no other inside."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _DETOURS if network.version == address.version)


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, UnicodeError):
        host = ""
    if not host or len(url) > _LONGEST or not url.isascii() or any(c.isspace() for c in url):
        raise UrlRefused(
            f"要写完整的 https 地址，最长 {_LONGEST} 字符",
            f"Write a whole https URL of at most {_LONGEST} ASCII characters",
        )
    return parsed


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_ours(host: str, literal: Address | None) -> bool:
    if literal is not None:
        return not is_public(literal)
    return "." not in host or host.endswith(_OURS)


async def _resolved(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unresolved from None
    # An IPv6 address may come with the zone it is meant for.
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise Unresolved
    return addresses
