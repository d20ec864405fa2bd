"""An agency's system: a token by its key, a file over HTTP, refused rows back, corrected, again."""

from datetime import timedelta

import jwt
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from points_api import clock
from points_api.auth import clients
from points_api.deliveries.models import Delivery
from points_api.generate import person
from points_api.records.models import RecordRow
from tests.factories import city, the_item
from tests.points_api.application import running

ITEM = "volunteer.hours"


@pytest.fixture
async def application(database_url, frozen_clock):
    async with running(database_url) as started:
        yield started


@pytest.fixture
async def agency(application):
    """The authorization header of the agency that delivers volunteer hours."""
    return await authorized(application, the_item(ITEM).agency)


async def authorized(application, agency_id):
    private = Ed25519PrivateKey.generate()
    jwk = jwt.algorithms.OKPAlgorithm.to_jwk(private.public_key())
    client = await clients.register(clients.Owner(agency_id), jwk, "office:test", clock.now())
    now = clock.now()
    claims = {
        "iss": client.id, "sub": client.id, "aud": "huangshi-credit-points",
        "jti": f"j-{agency_id}",
        "iat": now, "exp": now + timedelta(minutes=2),
    }  # fmt: skip
    answer = await application.http.post(
        "/v1/auth/token",
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(claims, private, algorithm="EdDSA"),
        },
    )
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def sheet(rows):
    item = the_item(ITEM)
    source = city().catalog.agencies[item.agency]
    written = []
    for n, (name, number) in enumerate(rows):
        cells = {
            "item": ITEM, "name": name, "id_number": number, "document_no": f"志〔2026〕{n}号",
            "quantity": "10", "source_name": source.name, "source_code": source.credit_code,
        }  # fmt: skip
        written.append(
            {
                c.name: cells.get(c.role)
                or ("2026-05-20" if c.type == "date" else c.values[0] if c.values else "甲")
                for c in item.layout.columns
            }
        )
    return pl.DataFrame(written).write_csv().encode()


async def send(application, headers, content, name="hours.csv"):
    files = {"file": (name, content)}
    return await application.http.post("/v1/agency/deliveries", headers=headers, files=files)


async def test_refused_rows_come_back_and_go_in_once_corrected(application, agency):
    good, spoiled = person(1, 1), (person(1, 2)[0], person(1, 2)[1][:-1] + "#")
    first = await send(application, agency, sheet([good, spoiled]))
    assert first.status_code == 201, first.text
    told = first.json()
    assert (told["total"], told["accepted"], told["rejected"]) == (2, 1, 1)
    errors = await application.http.get(f"{first.headers['location']}/errors", headers=agency)
    assert spoiled[1] in errors.text  # the row as it was sent, to its own sender only
    corrected = errors.text.replace(spoiled[1], person(1, 2)[1]).encode()
    second = (await send(application, agency, corrected, "corrected.csv")).json()
    assert (second["accepted"], second["rejected"]) == (1, 0)
    assert await RecordRow.all().count() == 2


async def test_the_same_file_again_is_the_same_delivery(application, agency):
    content = sheet([person(1, 1)])
    first, second = [await send(application, agency, content) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["delivery_id"] == first.json()["delivery_id"]
    assert (first.json()["repeated"], second.json()["repeated"]) == (False, True)
    found = await application.http.get(second.headers["location"], headers=agency)
    # Whether it came before is said of a sending; who looks later has sent nothing.
    assert {**found.json(), "repeated": True} == second.json()
    assert "repeated" not in found.json()
    assert await RecordRow.all().count() == 1


async def test_quality_tells_each_ratio_with_its_parts(application, agency):
    location = (await send(application, agency, sheet([person(1, 1)]))).headers["location"]
    report = (await application.http.get(f"{location}/quality", headers=agency)).json()["report"]
    ratios = [
        value for value in report.values() if isinstance(value, dict) and "numerator" in value
    ]
    ratios += report.get("ratios", {}).values()
    assert len(ratios) >= 3
    assert all(set(ratio) >= {"numerator", "denominator"} for ratio in ratios)


async def test_another_agency_neither_sees_the_delivery_nor_may_send_this_item(application, agency):
    content = sheet([person(1, 1)])
    location = (await send(application, agency, content)).headers["location"]
    other = await authorized(application, _another())
    for path in ("", "/errors", "/quality"):
        answer = await application.http.get(location + path, headers=other)
        assert answer.status_code == 404
    refused = await send(application, other, content.replace(b"10", b"11"))
    assert refused.status_code == 422


def _another():
    mine = the_item(ITEM).agency
    return next(name for name in city().catalog.agencies if name != mine)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\x00\x01\x02\x03" * 50, None),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old_excel"),
        ("甲,乙,丙\n1,2,3\n".encode(), "unknown_layout"),
    ],
)
async def test_a_file_that_is_no_delivery_is_refused_whole(application, agency, content, code):
    answer = await send(application, agency, content)
    assert answer.status_code == 422
    assert code is None or answer.json()["code"] == code
    assert answer.json()["detail"]
    assert await RecordRow.all().count() == 0
    assert await Delivery.filter(state="done").count() == 0
