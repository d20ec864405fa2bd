"""A signed table of scores: used where both cities hold it and the visitor lets the score go."""

import json
from dataclasses import replace
from datetime import date

import pytest

from interop import files, table_signatures
from interop.agreements import agreed_bands
from interop.signing import Response
from interop.tables import Header, Mapped, Table
from points_api import clock
from points_api.partners import tables
from points_api.partners.problems import TablesRefused
from points_api.recognitions import side_by_side
from points_api.recognitions.models import Visit
from tests.points_api.recognitions.misbehaving import behind_a_server
from tests.points_api.recognitions.two_cities import HOST, PARKING
from tests.points_api.recognitions.visiting import status_of

# What is looked at here is between two cities, and not in their databases.
pytestmark = pytest.mark.parametrize("urls", ["sqlite"], indirect=True)
FOLDER = files.load()

HEADER = Header(
    source="tianjin", target="huangshi", version="v1", method="equipercentile", use="table",
    design="random_groups", basis="published", made_on=date(2026, 5, 1), since=date(2026, 5, 1),
    until=date(2026, 8, 31), people=(5000, 5000), inputs=("a", "b"), software="s",
)  # fmt: skip
LATER = replace(HEADER, version="v2", since=date(2026, 6, 1), until=date(2027, 5, 31))


def table(value=85_000, head=HEADER):
    """Every score of Tianjin is worth the same in Huangshi."""
    source, target = FOLDER.cities["tianjin"], FOLDER.cities["huangshi"]
    row = Mapped(head.id, True, target.band_of(value).id, value, value * 1000, 150_000)
    scale = source.scale
    return Table(head, scale.minimum.value, scale.step.value, (row,) * scale.points)


async def signed(cities, made=None):
    made, today = made or table(), clock.today()
    for city in (cities.home, cities.host):
        exchange = city.state.exchange
        members = await city.run(exchange.directory.members(clock.now()))
        signer = exchange.keys.signer(members, "statement")
        made = table_signatures.sign(made, exchange.profiles.own, signer, today)
    return made


async def take(city, *made):
    profiles = city.state.exchange.profiles
    members = await city.state.exchange.directory.members(clock.now())
    desk = tables.Desk(profiles.own, profiles.folder.cities, members)
    return await tables.take(made, desk, "officer:test", clock.now())


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
    assert "您的等级和分值" in [one["given"] for one in await cities.looks()]


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
    with pytest.raises(TablesRefused):
        await cities.host.run(take(cities.host, table()))
    made = await signed(cities)
    forged = table(90_000)
    for signature in made.signatures:
        forged = forged.signed(signature)
    with pytest.raises(TablesRefused):
        await cities.host.run(take(cities.host, forged))


async def test_a_signed_table_of_bands_is_used_in_place_of_the_agreement(cities):
    made = replace(HEADER, method="bands", use="bands", design="agreement", people=(0, 0))
    home, host = FOLDER.cities["tianjin"], FOLDER.cities["huangshi"]
    bands = agreed_bands(FOLDER.agreements["ten-cities"], home, host)
    scale = home.scale
    names = [bands[home.band_of(scale.at(place)).id] for place in range(scale.points)]
    rows = tuple(Mapped(made.id, name is not None, name) for name in names)
    whole = await signed(cities, Table(made, scale.minimum.value, scale.step.value, rows))
    for city in (cities.home, cities.host):
        assert await city.run(take(city, whole)) == 1
        assert await city.run(take(city, whole)) == 0
    assert (await cities.visit()).json()["eligible"] is True
    [visit] = await cities.host.run(Visit.all)
    assert (visit.mapping, visit.mapped_band) == ("tianjin:huangshi:v1", "good")
    assert (visit.score, visit.beside) == (None, None)


async def dual_run(cities, home=(HEADER, LATER), host=(HEADER, LATER)):
    """Old and new, the new one a band lower; which of them each city has taken in."""
    whole = {
        HEADER: await signed(cities, table(85_000)),
        LATER: await signed(cities, table(75_000, LATER)),
    }
    for city, heads in ((cities.home, home), (cities.host, host)):
        await city.run(take(city, *(whole[head] for head in heads)))
    await cities.visitor.post("/v1/me/consents", {"city": HOST, "with_score": True})
    return whole


async def test_in_a_dual_run_the_old_table_decides_and_the_new_one_is_kept_beside(
    cities, frozen_clock
):
    await dual_run(cities)
    assert (await cities.visit(PARKING)).json()["eligible"] is True
    [visit] = await cities.host.run(Visit.all)
    assert (visit.mapping, visit.mapped_band) == ("tianjin:huangshi:v1", "excellent")
    assert (visit.beside, visit.beside_band) == ("tianjin:huangshi:v2", "good")
    moved = await cities.host.run(side_by_side.moves("tianjin:huangshi:v1", "tianjin:huangshi:v2"))
    assert moved == [("excellent", "good", 1)]
    assert (await status_of(cities))["tables"] == {
        "visitors": ["v1", "v2"], "residents": [], "told": None,
    }  # fmt: skip


async def test_after_the_last_day_of_the_old_table_the_new_one_decides(cities):
    old = replace(HEADER, since=date(2026, 5, 1), until=date(2026, 5, 31))
    new = replace(LATER, since=date(2026, 6, 1))
    whole = [await signed(cities, table(75_000, new))]
    for city in (cities.home, cities.host):
        await city.run(take(city, *whole))
    with pytest.raises(TablesRefused) as refused:
        await cities.host.run(take(cities.host, table(85_000, old)))
    assert refused.value.fields["tables"] == [
        {"table": "tianjin:huangshi:v1", "reason": "expired"},
    ]
    await cities.visitor.post("/v1/me/consents", {"city": HOST, "with_score": True})
    assert (await cities.visit(PARKING)).json()["eligible"] is False
    [visit] = await cities.host.run(Visit.all)
    assert (visit.mapping, visit.beside) == ("tianjin:huangshi:v2", None)


@pytest.mark.parametrize(
    ("home", "used", "told"),
    [
        ((LATER,), "tianjin:huangshi:v2", ["v2"]),
        ((), "bands-ten-cities", []),
    ],
)
async def test_home_tells_what_it_holds_and_the_newest_of_both_is_used(cities, home, used, told):
    await dual_run(cities, home=home)
    assert (await cities.visit(PARKING)).json()["eligible"] is False
    [visit] = await cities.host.run(Visit.all)
    assert (visit.mapping, visit.beside) == (used, None)
    status = await status_of(cities)
    assert status["tables"]["told"] == told
    assert (status["state"], status["failed"]) == ("closed", 0)
    asked = [one for one in cities.wire.crossed if one.startswith(b"POST")]
    assert len(asked) == 2  # the one that was refused, and the one that was answered


async def test_a_home_that_holds_a_table_of_that_name_by_another_digest_is_not_believed(cities):
    """The versions agree, the digests do not: it is not the table of both."""
    other = await signed(cities, table(95_000, LATER))
    await dual_run(cities, home=())
    await cities.home.run(take(cities.home, other))
    assert (await cities.visit(PARKING)).json()["eligible"] is False
    [visit] = await cities.host.run(Visit.all)
    assert visit.mapping == "bands-ten-cities"


async def test_tables_come_in_all_or_none_and_each_fault_is_told(cities):
    good = await signed(cities)
    overlapping = await signed(cities, table(70_000, replace(HEADER, version="v3")))
    altered = table(90_000, replace(LATER, version="v4"))
    with pytest.raises(TablesRefused) as refused:
        await cities.host.run(take(cities.host, good, overlapping, altered))
    assert refused.value.fields["tables"] == [
        {"table": "tianjin:huangshi:v1", "reason": "terms-overlap"},
        {"table": "tianjin:huangshi:v3", "reason": "terms-overlap"},
        {"table": "tianjin:huangshi:v4", "reason": "bad-signature"},
    ]
    assert await cities.host.run(tables.stored()) == []
    await cities.host.run(take(cities.host, good))
    changed = await signed(cities, table(70_000))
    with pytest.raises(TablesRefused) as refused:
        await cities.host.run(take(cities.host, changed))
    assert refused.value.fields["tables"][0]["reason"] == "version-taken"


async def test_a_table_of_other_cities_is_not_taken(cities):
    foreign = table(85_000, replace(HEADER, target="sanya"))
    with pytest.raises(TablesRefused) as refused:
        await cities.host.run(take(cities.host, foreign))
    assert refused.value.fields["tables"][0]["reason"] == "not-ours"


async def test_a_home_that_refuses_whatever_is_named_is_asked_three_times_and_no_more(cities):
    whole = await dual_run(cities)
    held = [{"version": head.version, "digest": one.digest} for head, one in whole.items()]
    body = json.dumps({"reason": "wrong-table", "tables": held}).encode()
    refusal = Response(422, {"content-type": "application/json"}, body)

    async def refuse(city, asked):
        return await city.home.run(city.home.state.exchange.signed(refusal, asked))

    async with behind_a_server(cities, seconds=3) as tianjin:
        tianjin.behavior = refuse
        answer = await cities.verify(await cities.code(PARKING), PARKING)
    assert (answer.status_code, answer.json()["reason"]) == (503, "wrong-table")
    assert "另一版本" in answer.json()["detail"]
    assert tianjin.asked == 3  # by the old table, by the new one, by the agreed bands
