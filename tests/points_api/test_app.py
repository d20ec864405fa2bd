"""The application as residents meet it: join, read, understand, leave."""

import re
from datetime import date, timedelta

import pytest

from points_api.auth.access import gaps
from points_api.generate import person
from points_api.residents.models import Enrollment
from points_api.scores.schemas import ScoreOut
from tests.factories import make_record
from tests.points_api.application import ADULTS, person_of


async def test_every_operation_is_in_the_access_table_and_declares_its_caller(application):
    document = (await application.http.get("/openapi.json")).json()
    assert len(document["paths"]) > 20
    assert gaps(document) == []


async def test_without_a_token_every_closed_operation_says_401(application):
    document = (await application.http.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                url = path.replace("{", "").replace("}", "")
                answer = await application.http.request(method, url, json={})
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.json()["errcode"] > 0


async def test_every_operation_is_named_in_both_languages(application):
    document = (await application.http.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            chinese, _, english = operation["summary"].partition(" / ")
            assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese), (method, path)
            assert english.isascii(), (method, path)
            assert english, (method, path)


async def test_limits_of_whole_numbers_are_whole_numbers_in_the_document(application):
    document = (await application.http.get("/openapi.json")).text
    assert '"maximum":5000,' in document  # milliseconds by which a sandbox may be slowed down
    assert not re.search(r'"(minimum|maximum)":-?[0-9]+\.0\b', document)


def _is_in_both(text):
    """Chinese first, then English: after a dot in a phrase, from a line on in a description."""
    first, *others = re.split(r" [·/] |\n+", text)
    chinese = re.compile(r"[\u4e00-\u9fff]")
    english = re.compile(r"[A-Za-z]{3}")
    return bool(chinese.search(first)) and any(
        english.search(other) and not chinese.search(other) for other in others
    )


def _descriptions(value, *place):
    """Those of everything in the document but of its objects, whose words are of their classes."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        told = value.get("description")
        if isinstance(told, str) and value.get("type") != "object":
            yield place, told
        for key, one in value.items():
            yield from _descriptions(one, *place, key)


async def test_every_operation_is_described_in_both_languages(application):
    document = (await application.http.get("/openapi.json")).json()
    assert _is_in_both(document["info"]["description"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert _is_in_both(operation["description"]), (method, path)
            for parameter in operation.get("parameters", ()):
                told = parameter.get("description", "")
                assert _is_in_both(told), (method, path, parameter["name"])
            for status, answer in operation["responses"].items():
                assert _is_in_both(answer["description"]), (method, path, status)
    for caller, scheme in document["components"]["securitySchemes"].items():
        assert _is_in_both(scheme["description"]), caller
    for place, told in _descriptions(document):
        assert _is_in_both(told), place


async def test_who_has_not_joined_is_told_that_nothing_is_lost(application):
    visitor = await application.visitor(ADULTS[1])
    home = (await visitor.get("/v1/me/home")).json()
    assert home["state"] == "not_joined"
    assert "不影响" in home["message"]
    answer = await visitor.get("/v1/me/score")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_change_in_thirty_days_is_told_only_to_who_has_had_a_score_for_as_long(
    application, resident, frozen_clock
):
    async def change():
        visitor = await application.visitor(resident.n)
        return (await visitor.get("/v1/me/home")).json()["change_in_30_days"]

    await make_record(await person_of(resident), "volunteer.hours", date(2026, 5, 1))
    await application.app.state.scores.refresh(
        (await Enrollment.get(left_at=None)).resident_id, "records"
    )
    assert await change() is None
    frozen_clock.forward(timedelta(days=29))
    assert await change() is None
    frozen_clock.forward(timedelta(days=1))
    assert await change() == "0.0"


async def test_a_resident_joins_and_reads_the_score_of_the_contract(resident):
    answer = await resident.get("/v1/me/score")
    assert answer.status_code == 200
    score = ScoreOut.model_validate_json(answer.content)
    assert (score.city, score.score, score.band.name) == ("huangshi", "60.0", "信用良好")
    assert list(answer.json()) == [
        "city", "score", "band", "as_of", "scorecard", "base", "dimensions", "next_change_on",
        "records_digest",
    ]  # fmt: skip


async def test_reasons_add_up_and_name_their_records(application, resident):
    person_id = await person_of(resident)
    await make_record(person_id, "volunteer.hours", date(2026, 5, 1), quantity=5_000)
    await make_record(person_id, "penalty.market", date(2026, 5, 2), level="ordinary")
    reasons = (await resident.get("/v1/me/score/reasons")).json()
    thousandths = sum(round(float(r["points"]) * 1000) for r in reasons["reasons"])
    assert thousandths == round((float(reasons["score"]) - float(reasons["base"])) * 1000)
    handles = {r["record_id"] for r in (await resident.get("/v1/me/records")).json()["items"]}
    named = {c["record_id"] for r in reasons["reasons"] for c in r["records"]}
    assert named == handles
    repair = next(a for a in reasons["advice"] if a["kind"] == "repair")
    answer = await resident.post(
        "/v1/me/score/what-if", {"suppose": [{"repair": repair["record_id"]}]}
    )
    assert answer.json()["difference"] == repair["gain"]


async def test_reasons_come_in_english_too(application, resident):
    await make_record(await person_of(resident), "volunteer.hours", date(2026, 5, 1))
    reasons = (await resident.get("/v1/me/score/reasons", accept_language="en")).json()
    assert "adds" in reasons["reasons"][0]["text"]


async def test_changes_split_exactly(application, resident, frozen_clock):
    person_id = await person_of(resident)
    await make_record(person_id, "penalty.market", date(2025, 7, 1), level="serious")
    frozen_clock.forward(timedelta(days=60))
    await make_record(person_id, "volunteer.hours", date(2026, 7, 1), quantity=10_000)
    later = await application.visitor(resident.n)  # the session of June is long over
    change = (await later.get("/v1/me/score/changes?from=2026-06-02")).json()
    parts = sum(float(change[name]) for name in ("time", "rule", "data"))
    assert parts == pytest.approx(float(change["to_score"]) - float(change["from_score"]))
    assert float(change["data"]) > 0
    assert [record["change"] for record in change["records"]] == ["new"]


@pytest.mark.parametrize(
    "days", ["from=2026-06-03", "from=2026-05-03&to=2026-05-01", "from=2001-01-01"]
)
async def test_changes_between_impossible_days_are_refused(resident, days):
    assert (await resident.get(f"/v1/me/score/changes?{days}")).status_code == 422


async def test_records_are_paged_by_an_opaque_cursor(application, resident):
    person_id = await person_of(resident)
    for day in range(1, 6):
        await make_record(person_id, "volunteer.hours", date(2026, 5, day))
    seen, path = [], "/v1/me/records?limit=2"
    while path:
        page = await resident.get(path)
        seen += [item["occurred_on"] for item in page.json()["items"]]
        path = f"/v1/me/records?limit=2&cursor={page.json()['next']}" if page.json()["next"] else ""
    assert seen == [f"2026-05-0{day}" for day in (5, 4, 3, 2, 1)]


async def test_one_resident_s_cursor_is_no_use_to_another(application, resident):
    person_id = await person_of(resident)
    for day in (1, 2, 3):
        await make_record(person_id, "volunteer.hours", date(2026, 5, day))
    cursor = (await resident.get("/v1/me/records?limit=1")).json()["next"]
    other = await application.visitor(ADULTS[2])
    await other.join()
    assert (await other.get(f"/v1/me/records?cursor={cursor}")).status_code == 400


async def test_leaving_deletes_what_is_derived_and_joining_again_starts_clean(
    application, resident
):
    await make_record(await person_of(resident), "volunteer.hours", date(2026, 5, 1))
    left = (await resident.delete("/v1/me/enrollment")).json()
    assert {entry["kind"] for entry in left["deleted"]} >= {"score", "score_history"}
    assert all(entry["law"] for entry in left["kept"])
    assert (await resident.get("/v1/me/score")).status_code == 404
    assert (await resident.join()).status_code == 201
    history = (await resident.get("/v1/me/score/history")).json()["items"]
    assert [entry["cause"] for entry in history] == ["joined"]
    assert (await resident.get("/v1/me/score")).status_code == 200


async def test_the_export_holds_everything_and_no_number_in_the_clear(application, resident):
    await make_record(await person_of(resident), "volunteer.hours", date(2026, 5, 1))
    answer = await resident.get("/v1/me/export")
    export = answer.json()
    assert len(export["records"]) == 1
    assert export["consents"]
    assert export["score"]["reasons"]
    uses = ("verifications", "benefits", "conduct_reports", "entitlements", "messages")
    assert [export[name] for name in uses] == [[], [], [], [], []]
    assert person(1, resident.n)[1] not in answer.text


async def test_the_export_tells_times_and_looks_as_the_lists_do(application, resident):
    await make_record(await person_of(resident), "volunteer.hours", date(2026, 5, 1))
    await resident.get("/v1/me/score")
    await application.app.state.own_looks.flush()
    listed = (await resident.get("/v1/me/access-log")).json()["items"]
    answer = await resident.get("/v1/me/export")
    export = answer.json()
    assert export["access_log"] == listed[::-1]
    assert {one["what_text"] for one in export["access_log"]} >= {"信用积分"}
    times = re.findall(r'"(20\d\d-\d\d-\d\d[T ][^"]+)"', answer.text)
    assert export["made_at"] in times
    assert [one for one in times if not one.endswith("Z") or "T" not in one] == []


async def test_own_looks_are_in_the_access_log_once_a_day_with_their_number(application, resident):
    for _ in range(3):
        await resident.get("/v1/me/score")
    await application.app.state.own_looks.flush()
    log = (await resident.get("/v1/me/access-log")).json()["items"]
    assert {entry["what"]: entry["times"] for entry in log}["score"] == 3


async def test_anyone_may_read_the_published_rules(application):
    catalog = (await application.http.get("/v1/catalog")).json()
    assert catalog["total"] >= 60
    assert len({item["agency"] for item in catalog["items"]}) >= 25
    card = await application.http.get("/v1/scorecards/current")
    assert card.json()["basis"] == "reference"
    again = await application.http.get(
        "/v1/scorecards/current", headers={"if-none-match": card.headers["etag"]}
    )
    assert again.status_code == 304
    assert (await application.http.get("/v1/scorecards/current?on=2001-01-01")).status_code == 404


async def test_health_readiness_and_metrics(application):
    assert (await application.http.get("/healthz")).json() == {"status": "ok"}
    assert (await application.http.get("/readyz")).json()["database"] == "ok"
    assert "points_http_requests" in (await application.http.get("/metrics")).text


async def test_an_expired_consent_pauses_reading_until_it_is_given_anew(
    application, resident, frozen_clock
):
    frozen_clock.forward(timedelta(days=800))
    later = await application.visitor(resident.n)
    for path in ("score", "score/reasons", "score/history", "records"):
        answer = await later.get(f"/v1/me/{path}")
        assert (answer.status_code, answer.json()["reason"]) == (403, "expired"), path
    notice = (await application.http.get("/v1/notices/current")).json()
    agreed = await later.post(
        "/v1/me/consents", {"notice_version": notice["version"], "purpose": "scoring"}
    )
    assert agreed.status_code in (200, 201), agreed.text
    assert (await later.get("/v1/me/score")).status_code == 200
