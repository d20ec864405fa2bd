"""A signed table of scores: used where both cities hold it and the visitor lets the score go."""

from datetime import date

import pytest

from interop import table_signatures
from interop.refusals import Refused
from interop.tables import Header, Mapped, Table
from points_api import clock
from points_api.partners import tables
from points_api.recognitions.models import Visit
from tests.points_api.recognitions.two_cities import HOST, PARKING

# What is looked at here is between two cities, and not in their databases.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)

HEADER = Header(
    source="tianjin", target="huangshi", version="v1", method="equipercentile", use="table",
    design="random_groups", basis="published", made_on=date(2026, 5, 1), since=date(2026, 5, 1),
    until=date(2027, 4, 30), people=(5000, 5000), inputs=("a", "b"), software="s",
)  # fmt: skip


def table(value=85_000):
    rows = tuple(
        Mapped(HEADER.id, True, "excellent", value, value * 1000, 150_000) for _ in range(101)
    )
    return Table(HEADER, 0, 1000, rows)


async def signed(cities):
    made, today = table(), clock.today()
    for city in (cities.home, cities.host):
        exchange = city.state.exchange
        members = await city.run(exchange.directory.members(clock.now()))
        signer = exchange.keys.signer(members, "statement")
        made = table_signatures.sign(made, exchange.profiles.own, signer, today)
    return made


async def take(city, made):
    exchange = city.state.exchange
    members = await exchange.directory.members(clock.now())
    cities = exchange.profiles.folder.cities
    await tables.take(made, cities, members, "officer:test", clock.now())


async def test_a_score_counts_through_a_table_that_both_hold(cities):
    made = await signed(cities)
    for city in (cities.home, cities.host):
        await city.run(take(city, made))
    await cities.visitor.post("/v1/me/consents", {"city": HOST, "with_score": True})
    assert (await cities.visit(PARKING)).json()["eligible"] is True
    [visit] = await cities.host.run(Visit.all)
    assert (visit.score, visit.mapped_score, visit.error) == ("60", 85_000, 150_000)
    assert visit.mapping == "tianjin:huangshi:v1"
    listed = await cities.host.run(
        cities.host.state.exchange.client.ask("120000", "GET", "/interop/v1/mappings")
    )
    assert made.digest.encode() in listed.response.body
    assert "您的等次和分值" in [one["given"] for one in await cities.looks()]


async def test_without_consent_to_the_score_the_band_has_to_do(cities):
    made = await signed(cities)
    for city in (cities.home, cities.host):
        await city.run(take(city, made))
    assert (await cities.visit(PARKING)).json()["eligible"] is False
    [visit] = await cities.host.run(Visit.all)
    assert (visit.score, visit.mapped_band) == (None, "good")


async def test_a_table_that_home_does_not_hold_leaves_the_agreed_bands(cities):
    await cities.host.run(take(cities.host, await signed(cities)))
    await cities.visitor.post("/v1/me/consents", {"city": HOST, "with_score": True})
    assert (await cities.visit(PARKING)).json()["eligible"] is False
    [visit] = await cities.host.run(Visit.all)
    assert (visit.mapping, visit.score) == ("bands-ten-cities", None)


async def test_a_table_is_taken_only_with_both_signatures(cities):
    with pytest.raises(Refused):
        await cities.host.run(take(cities.host, table()))
    made = await signed(cities)
    forged = table(90_000)
    for signature in made.signatures:
        forged = forged.signed(signature)
    with pytest.raises(Refused):
        await cities.host.run(take(cities.host, forged))
