"""A visit is judged by the signed table, and an answer that does not come is told apart."""

import asyncio
import json
from random import Random

import aiohttp
import httpx
import pytest

from loadtests.federation.cities import City
from loadtests.federation.people import Visitor, thousandths
from loadtests.federation.posting import Answer
from loadtests.federation.visits import TIMES_A_YEAR, Traffic, Unanswered


def city(folder, name, division):
    told = {
        "id": name, "division": division, "address": f"http://{name}.test",
        "environment": str(folder / name / "city.env"),
        "merchant": {"scenarios": [f"{name}-ticket", f"{name}-library"]},
    }  # fmt: skip
    data = folder / name / "data/scenarios"
    data.mkdir(parents=True)
    scenario = (
        f'[[scenario]]\nid = "{name}-ticket"\nconditions = [{{ type = "score", band = "good" }}]\n'
    )
    (data / "travel.toml").write_text(scenario)
    return City(told, folder / "tables", 1)


@pytest.fixture
def traffic(tmp_path):
    home, host = city(tmp_path, "sanya", "460200"), city(tmp_path, "huangshi", "420200")
    (tmp_path / "tables").mkdir()
    table = {"table": {"thresholds": {"good": 100_000, "excellent": 125_000}}}
    (tmp_path / "tables/sanya-huangshi.json").write_text(json.dumps(table))
    visitor = Visitor(home, "token", 100_400)
    return Traffic([home, host], {"sanya": [visitor], "huangshi": []}, None, None, Random(1))  # type: ignore[arg-type]


def answering(traffic, **answers):
    """Home and host answer so: by the last part of the path."""

    async def handle(request):
        answer = answers[request.url.path.rpartition("/")[2].replace("-", "_")]
        return answer(request) if callable(answer) else answer

    traffic.post = posting(handle)
    return traffic


def posting(handle):
    """What visits call, answered by this."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(handle))

    async def post(url, headers, body):
        try:
            answer = await http.post(url, headers=headers, json=body)
        except httpx.TransportError as error:
            raise aiohttp.ClientError from error
        return Answer(answer.status_code, answer.content)

    return post


CODE = httpx.Response(201, json={"code": "C" * 40})


def verified(eligible, number="v1"):
    said = {
        "verification_id": number, "eligible": eligible,
        "benefit": {"type": "discount_rate"} if eligible else None,
    }  # fmt: skip
    return httpx.Response(201, json=said)


@pytest.mark.parametrize(
    ("score", "said", "wrong"),
    [(100_000, True, 0), (100_000, False, 1), (99_999, False, 0), (99_999, True, 1)],
)
async def test_a_yes_or_no_is_right_where_the_signed_table_says_so(traffic, score, said, wrong):
    home, host = traffic.cities
    visitor = Visitor(home, "token", score)
    answering(traffic, codes=CODE, visitor_verifications=verified(said))
    await traffic.verified(visitor, host)
    assert (len(traffic.tally.wrong), traffic.tally.right) == (wrong, 1 - wrong)
    assert traffic.tally.verified == {"huangshi": {"v1"}}


async def test_a_code_for_another_scenario_must_be_a_no(traffic):
    home, host = traffic.cities
    visitor = Visitor(home, "token", 150_000)
    answering(traffic, codes=CODE, visitor_verifications=verified(True))
    await traffic.verified(visitor, host, fitting=False)
    assert len(traffic.tally.wrong) == 1


async def test_no_answer_is_told_apart_and_counts_only_where_no_city_was_killed(traffic):
    home, host = traffic.cities
    resting = httpx.Response(503, json={"type": "/problems/home-not-asked", "reason": "resting"})
    answering(traffic, codes=CODE, visitor_verifications=resting)
    with pytest.raises(Unanswered, match="verification 503 resting"):
        await traffic.verified(traffic.visitors["sanya"][0], host)
    traffic.visitors = {"sanya": traffic.visitors["sanya"], "huangshi": traffic.visitors["sanya"]}
    await traffic._visit()
    assert traffic.tally.unanswered.total() == 1
    now = asyncio.get_running_loop().time()
    home.down.append([now, now + 60])
    await traffic._visit()
    assert (traffic.tally.unanswered.total(), traffic.tally.cut_off) == (1, 1)


async def test_a_redemption_without_an_answer_is_sent_again_by_its_key(traffic):
    keys = []

    def cut(request):
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.ReadError("reset", request=request)
        said = {"redemption_id": "r1", "benefit_fen": 600, "to_pay_fen": 5400}
        return httpx.Response(201, json=said)

    answering(traffic, redemptions=cut)
    visitor, host = traffic.visitors["sanya"][0], traffic.cities[1]
    await traffic.redeem(traffic.redeeming(visitor, host, "v1"))
    [left] = traffic.tally.open
    await traffic.redeem(left)
    assert keys[0] == keys[1]
    assert traffic.tally.redeemed == {"huangshi": {"r1"}}


async def test_a_quota_that_is_refused_too_early_is_wrong_and_one_used_up_is_not(traffic):
    used_up = httpx.Response(409, json={"type": "/problems/quota-used-up"})
    answering(traffic, redemptions=used_up)
    visitor, host = traffic.visitors["sanya"][0], traffic.cities[1]
    await traffic.redeem(traffic.redeeming(visitor, host, "v1"))
    assert len(traffic.tally.quota_faults()) == 1
    traffic.tally.uses[id(visitor), "huangshi"] = TIMES_A_YEAR
    assert traffic.tally.quota_faults() == []


async def test_visits_begin_when_their_time_has_come_whatever_is_still_open(traffic):
    begun = []

    async def slow(request):
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.3)
        return httpx.Response(503)

    traffic.post = posting(slow)
    traffic.visitors = dict.fromkeys(("sanya", "huangshi"), traffic.visitors["sanya"])
    await traffic.run(100, 0.2)
    assert len(begun) == traffic.tally.sent == 20
    assert begun[-1] - begun[0] < 0.3


def test_points_are_read_exactly():
    assert [thousandths(one) for one in ("140.3", "60", "0.05", "1000.125")] == [
        140_300, 60_000, 50, 1_000_125,
    ]  # fmt: skip
