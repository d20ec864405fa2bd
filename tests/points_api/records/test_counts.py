"""`counts` of a record: one meaning wherever it stands, the effect on the score of the day."""

from datetime import date

from tests.factories import make_record
from tests.points_api.application import person_of

FADED, PENALTY = date(2020, 1, 4), date(2026, 5, 4)


async def test_a_record_counts_in_the_list_exactly_where_it_moves_the_score(application, resident):
    person = await person_of(resident)
    counting = [
        await make_record(person, "penalty.market", PENALTY, level="ordinary", act_key="one"),
        await make_record(person, "volunteer.hours", PENALTY, quantity=5_000),
    ]
    for item, on, changes in (
        ("volunteer.hours", FADED, {}),
        ("penalty.market", FADED, {"level": "minor"}),
        ("penalty.fire", PENALTY, {"level": "minor", "act_key": "one"}),
        ("enforcement.tax", PENALTY, {"level": "measure"}),
        ("penalty.water", PENALTY, {"status": "repaired"}),
        ("penalty.tax", PENALTY, {"status": "disputed"}),
        ("profession.teacher", PENALTY, {}),
    ):
        await make_record(person, item, on, **changes)
    records = (await resident.get("/v1/me/records")).json()["items"]
    said = {r["document_no"] for r in records if r["counts"]}
    assert said == {row.document_no for row in counting}
    for record in records:
        if not record["counts"]:
            assert record["note"]
            assert (record["counts_until"], record["days_left"]) == (None, None)


async def test_reasons_say_of_each_record_what_the_list_says(application, resident):
    person = await person_of(resident)
    await make_record(person, "volunteer.hours", FADED)
    await make_record(person, "volunteer.hours", PENALTY)
    await make_record(person, "hire.returned", FADED)
    await make_record(person, "penalty.water", PENALTY, status="repaired")
    records = (await resident.get("/v1/me/records")).json()["items"]
    listed = {r["record_id"]: r["counts"] for r in records}
    reasons = (await resident.get("/v1/me/score/reasons")).json()
    explained = {c["record_id"]: c["counts"] for r in reasons["reasons"] for c in r["records"]}
    assert sorted(explained.values()) == [False, True]
    assert explained.items() <= listed.items()
    assert set(reasons["not_counted"]) == {r for r, counts in listed.items() if not counts}


async def test_the_document_of_the_interface_gives_both_the_same_meaning(application):
    shapes = (await application.http.get("/openapi.json")).json()["components"]["schemas"]
    one, other = (shapes[name]["properties"]["counts"] for name in ("RecordOut", "CountedOut"))
    assert one == other
    assert "into the day's score" in one["description"]
