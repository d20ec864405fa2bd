"""A visit from consent to redemption, through two whole applications."""

from points_api.recognitions.models import Recognition, Visit
from tests.points_api.recognitions.two_cities import HOME, HOST, PARKING, ROOM


async def test_a_visitor_is_recognized_by_their_band_and_redeems(cities):
    answer = await cities.visit()
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["eligible"] is True
    assert said["benefit"]["type"] == "discount_rate"
    redeemed = await cities.redeem(said["verification_id"])
    assert redeemed.status_code == 201, redeemed.text
    assert redeemed.json()["benefit_fen"] == 1200
    [visit] = await cities.host.run(Visit.all)
    assert (visit.home, visit.band, visit.mapped_band, visit.score) == (HOME, "good", "good", None)
    [stored] = await cities.home.run(Recognition.all)
    assert (stored.host, stored.scenario, stored.cause) == (HOST, ROOM, "recognized")


async def test_the_hosts_own_floor_decides(cities):
    assert (await cities.visit(PARKING)).json()["eligible"] is False
    await cities.score(80_000)
    assert (await cities.visit(PARKING)).json()["eligible"] is True
