"""`POST /v1/me/score/what-if` over HTTP: suppositions that cannot be carried out."""

import pytest


@pytest.mark.parametrize(
    "supposed",
    [{"repair": "nobody"}, {"add": {"item": "no.item"}}, {"add": {"item": "penalty.market"}},
     {"wait_days": -1}, {"else": 1}],
)  # fmt: skip
async def test_an_impossible_supposition_is_refused_and_not_repeated(resident, supposed):
    answer = await resident.post("/v1/me/score/what-if", {"suppose": [supposed]})
    assert answer.status_code == 422
    assert "nobody" not in answer.text


async def test_an_empty_body_is_told_that_the_whole_of_it_is_missing(resident):
    answer = await resident.post("/v1/me/score/what-if", None, accept_language="en")
    [error] = answer.json()["errors"]
    assert error["pointer"] == "#"
    assert "Must be a JSON object" in error["message"]


@pytest.mark.parametrize(
    ("supposed", "errcode", "named"),
    [
        ({"item": "no.item"}, 42262, "/v1/catalog"),
        ({"item": "penalty.market"}, 42264, "suppose.add.level"),
        ({"item": "volunteer.hours", "quantity": "0.0001"}, 42264, "1/10"),
        ({"item": "volunteer.hours", "level": "x"}, 42264, "suppose.add.level"),
        ({"item": "volunteer.hours"}, 42264, "suppose.add.quantity"),
        (
            {"item": "penalty.market", "level": "minor", "quantity": "1"},
            42264,
            "suppose.add.quantity",
        ),
        (
            {"item": "volunteer.hours", "quantity": "10", "occurred_on": "2099-01-01"},
            42264,
            "suppose.add.occurred_on",
        ),
    ],
)
async def test_what_the_catalog_does_not_know_is_told_with_its_mend_in_both_languages(
    resident, supposed, errcode, named
):
    body = {"suppose": [{"wait_days": 1}, {"add": supposed}]}
    chinese = (await resident.post("/v1/me/score/what-if", body)).json()
    english = (await resident.post("/v1/me/score/what-if", body, accept_language="en")).json()
    assert chinese["errcode"] == english["errcode"] == errcode
    assert named in chinese["detail"]
    assert named in english["detail"]
    assert chinese["detail"] != english["detail"]
    for told in (chinese, english):
        [error] = told["errors"]
        field = error["pointer"].removeprefix("#/suppose/1/add/")
        assert told["detail"].startswith(f"suppose.add.{field}")
        assert told["detail"].endswith(error["message"])


async def test_a_record_to_repair_that_is_not_there_is_told_with_its_place(resident):
    body = {"suppose": [{"wait_days": 1}, {"repair": "nobody"}]}
    told = (await resident.post("/v1/me/score/what-if", body, accept_language="en")).json()
    [error] = told["errors"]
    assert (told["errcode"], error["source"]) == (42261, "body")
    assert error["pointer"] == "#/suppose/1/repair"
    assert "/v1/me/records" in error["message"]
    assert "nobody" not in str(told)


@pytest.mark.parametrize(
    ("supposed", "told"),
    [
        (
            {"add": {"item": "volunteer.hours", "quantitty": "20"}},
            [("#/suppose/1/add/quantitty", "There is no such field; perhaps quantity")],
        ),
        ({"add": {"level": "x"}}, [("#/suppose/1/add/item", "This field is missing; add it")]),
        (
            {"wait_day": 3},
            [
                ("#/suppose/1/wait_days", "This field is missing; add it"),
                ("#/suppose/1/wait_day", "There is no such field; perhaps wait_days"),
            ],
        ),
        ({"wait_days": -1}, [("#/suppose/1/wait_days", "Must be at least 0")]),
        (
            {"repair": "x", "wait_days": 1},
            [("#/suppose/1/wait_days", "There is no such field; there are add, repair")],
        ),
        (
            {"张三": 1},
            [("#/suppose/1", "Must be an object with one of the fields: repair, wait_days, add")],
        ),
        (
            "张三",
            [("#/suppose/1", "Must be an object with one of the fields: repair, wait_days, add")],
        ),
    ],
)
async def test_a_supposition_is_mended_as_what_it_was_meant_to_be(resident, supposed, told):
    body = {"suppose": [{"wait_days": 1}, supposed]}
    answer = await resident.post("/v1/me/score/what-if", body, accept_language="en")
    assert answer.status_code == 422
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == told
