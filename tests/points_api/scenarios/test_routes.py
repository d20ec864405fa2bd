"""`GET /v1/scenarios` as anyone reads it."""

from typing import get_args

import pytest

from scenarios.benefits import Benefit
from scenarios.wording import BENEFITS, DISCLOSED, VERIFICATION
from tests.points_api.application import running
from tests.points_api.scenarios.registry import DAYE, LIBRARY, of_categories, publish, shipped

SOME = of_categories("library", "community", "travel")


@pytest.fixture
async def http(sqlite_url, frozen_clock):
    from points_api.db import config

    async with config.open(sqlite_url):
        await publish(*SOME)
    async with running(sqlite_url) as application:
        yield application.http


@pytest.fixture
async def listing(http):
    async def ask(query="", **headers):
        answer = await http.get(f"/v1/scenarios?{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    return ask


def ids(answer):
    return [one["id"] for one in answer.json()["items"]]


async def test_all_scenarios_come_page_by_page_and_each_once(http, listing):
    answer = await listing("limit=9")
    seen, pages = ids(answer), 1
    while link := answer.headers.get("link"):
        answer = await http.get(link.partition(">")[0].strip("<"))
        seen, pages = seen + ids(answer), pages + 1
    assert pages == -(-len(SOME) // 9)
    assert len(seen) == len(set(seen)) == answer.json()["total"] == len(SOME)


async def test_filters_narrow_and_go_together(listing):
    everything = {one.id: one for one in shipped().scenarios if one.id in SOME}
    for query, holds in {
        "category=library": lambda one: one.category == "library",
        "division=420281": lambda one: one.place.division == "420281",
        "division=420200": lambda one: True,
        "benefit=gift": lambda one: one.benefit.tag == "gift",
        "visitors=true": lambda one: one.visitors,
        "category=library&division=420281": lambda one: (
            one.category == "library" and one.place.division == "420281"
        ),
    }.items():
        found = await listing(f"{query}&limit=200")
        wanted = {name for name, one in everything.items() if holds(one)}
        assert found.json()["total"] == len(wanted), query
        assert set(ids(found)) <= wanted, query


@pytest.mark.parametrize("query", ["图书馆", "tushuguan", "tsg"])
async def test_search_understands_characters_pinyin_and_initials(listing, query):
    assert {LIBRARY, DAYE} <= set(ids(await listing(f"q={query}")))


@pytest.mark.parametrize("near", ["420281", "30.10,114.97"])
async def test_the_nearest_come_first(listing, near):
    found = (await listing(f"near={near}&limit=200")).json()["items"]
    away = [one["distance_meters"] for one in found]
    assert away == sorted(away)
    assert found[0]["division"]["code"] == "420281"


@pytest.mark.parametrize("near", ["here", "91,0", "0,181", "30.1", "110000"])
async def test_a_place_that_is_none_is_refused(http, near):
    answer = await http.get(f"/v1/scenarios?near={near}")
    assert (answer.status_code, answer.json()["errcode"]) == (422, 42220)


async def test_a_cursor_leads_nowhere_in_another_list(http, listing):
    cursor = (await listing("limit=1")).json()["next"]
    answer = await http.get("/v1/scenarios", params={"cursor": cursor, "category": "library"})
    assert answer.json()["errcode"] == 40010


async def test_the_same_list_is_not_sent_twice(http, listing):
    for path in ("/v1/scenarios?limit=2", f"/v1/scenarios/{LIBRARY}"):
        first = await http.get(path)
        assert first.headers["cache-control"] == "public, max-age=5"
        again = await http.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        english = await http.get(
            path, headers={"if-none-match": first.headers["etag"], "accept-language": "en"}
        )
        assert english.status_code == 200


async def test_a_scenario_tells_all_that_a_resident_should_know(http):
    found = (await http.get(f"/v1/scenarios/{LIBRARY}")).json()
    assert found["ordinary"]
    assert found["benefit"]["text"].startswith("免押金")
    assert found["conditions"][0]["text"]
    assert all(one["text"] for one in found["verification"] + found["discloses"])
    assert found["quota"]
    assert found["agreement"]["legal_basis"]
    assert found["never_disclosed"].startswith("从不告诉商户")
    assert found["basis"] in ("published", "reference")
    assert (found["version"], found["digest"][:7]) == (1, "sha256:")
    english = await http.get(f"/v1/scenarios/{LIBRARY}", headers={"accept-language": "en"})
    assert english.json()["benefit"]["text"].startswith("No deposit")


async def test_what_is_not_published_is_not_there(http):
    assert (await http.get("/v1/scenarios/no-such")).status_code == 404


def test_every_type_and_field_has_its_words():
    assert set(BENEFITS) == {kind.tag for kind in get_args(Benefit)}
    used = {mode for one in shipped().scenarios for mode in one.verification}
    told = {field for one in shipped().scenarios for field in one.discloses}
    assert used == set(VERIFICATION)
    assert told <= set(DISCLOSED)


EVERY = len(SOME)


@pytest.mark.parametrize(("query", "total"), [("😀", 0), ("？！", 0), ("", EVERY), (" ", EVERY)])
async def test_a_query_with_nothing_to_look_for_finds_nothing_and_a_blank_one_is_none(
    listing, query, total
):
    found = (await listing(f"q={query}&limit=200")).json()
    assert (found["total"], len(found["items"]), found["next"]) == (total, total, None)
