"""To which addresses may be pushed. A merchant chooses the URL, so this is a wall."""

import socket
from ipaddress import ip_address

import pytest

from points_api.webhooks import addresses
from points_api.webhooks.addresses import Addresses, AddressRefused, Unresolved, is_public
from points_api.webhooks.models import WebhookAttempt, WebhookEndpoint
from points_api.webhooks.problems import UrlRefused
from tests.points_api.webhooks.shop import PACE
from tests.points_api.webhooks.shop import shop as open_shop

CLOSED, OPEN = Addresses(), Addresses(loopback=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255", "192.88.99.1",
        "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001:0:1::1", "100::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "2606:4700::1"])
def test_what_is_public_is_allowed(address):
    assert is_public(ip_address(address))
    assert CLOSED.allows(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "ftp://shop.example/", "shop.example", "https://", "//shop.example",
        "https://user@shop.example/", "https://user:word@shop.example/", "https://shop.example/#a",
        "https://shop.example:22/", "https://shop.example:80/", "https://shop.example:6379/",
        "https://127.0.0.1/", "https://10.0.0.8/hook", "https://[::1]/", "https://[::ffff:8.8.8.8]/",
        "https://169.254.169.254/latest/meta-data", "https://localhost/", "https://LOCALHOST./",
        "https://db/", "https://redis.internal/", "https://printer.local/", "https://nas.lan/",
        "https://shop.example/ a", "https://shop.example/\nx", "https://店.example/",
        "https://shop.example/" + "a" * 500, "javascript:alert(1)", "https://[::1",
    ],
)  # fmt: skip
def test_urls_that_cannot_be_pushed_to_are_refused_when_they_are_given(url):
    with pytest.raises(UrlRefused):
        CLOSED.check(url)


@pytest.mark.parametrize(
    "url", ["https://shop.example/hook?a=1", "https://shop.example:8443/", "https://8.8.8.8/"]
)
def test_ordinary_urls_are_taken_as_they_are(url):
    assert CLOSED.check(url) == url


def test_the_setting_opens_this_machine_and_nothing_else():
    for url in ("http://127.0.0.1:8080/", "http://localhost:1234/x", "http://[::1]:9/"):
        assert OPEN.check(url) == url
        with pytest.raises(UrlRefused):
            CLOSED.check(url)
    for url in ("http://shop.example/", "https://10.0.0.1/", "https://shop.example:9/"):
        with pytest.raises(UrlRefused):
            OPEN.check(url)


def leads_to(monkeypatch, *found):
    """Let every name resolve to these addresses."""
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        return [entry for one in found for entry in real(one, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["fe80::1"],
        ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["2606:4700::1", "fd00::1"],
        ["2130706433"], ["0x7f.1"], ["127.1"],
    ],
)  # fmt: skip
async def test_a_name_that_leads_inside_is_refused_when_it_is_resolved(monkeypatch, found):
    leads_to(monkeypatch, *found)
    with pytest.raises(AddressRefused):
        await CLOSED.target_of("https://shop.example/hook")


async def test_the_connection_is_made_to_the_checked_address_under_the_name(monkeypatch):
    leads_to(monkeypatch, "8.8.8.8")
    target = await CLOSED.target_of("https://shop.example:8443/hook?a=1")
    assert target.url == "https://8.8.8.8:8443/hook?a=1"
    assert (target.host, target.name) == ("shop.example:8443", "shop.example")
    monkeypatch.undo()
    leads_to(monkeypatch, "2606:4700::1")
    target = await CLOSED.target_of("https://shop.example/")
    assert target.url == "https://[2606:4700::1]/"


async def test_a_name_that_leads_nowhere_is_told():
    with pytest.raises(Unresolved):
        await CLOSED.target_of("https://nowhere.invalid/")


async def test_nothing_reaches_this_machine_by_a_name_that_resolves_to_it(
    database, frozen_clock, receiver, monkeypatch
):
    """Whole path: the address was public when it was registered, and is ours when we send."""
    monkeypatch.setattr(addresses, "PORTS", {receiver.port})
    async with open_shop(PACE) as shop:
        shop.push.sender._addresses = CLOSED
        await shop.endpoint("http://127.0.0.1:9/")
        await WebhookEndpoint.all().update(url=f"https://rebinds.example:{receiver.port}/hook")
        leads_to(monkeypatch, "127.0.0.1")
        await shop.redeem(await shop.customer())
        await shop.run()
        tried = await WebhookAttempt.get()
    assert receiver.got == []
    assert (tried.status, tried.error) == (None, "address_refused")
