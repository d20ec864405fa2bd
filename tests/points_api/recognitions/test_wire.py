"""Every byte that crossed between the cities, searched for the person that it is about."""

from uuid import UUID

from interop.evidence import check, package
from points_api.audit.models import AuditEntry
from points_api.federation.wire import everything, tells
from points_api.generate import person
from points_api.partners.messages import request_of, response_of
from points_api.partners.models import DirectoryEdition
from points_api.recognitions.models import Recognition, Visit
from points_api.residents.models import Enrollment
from tests.points_api.verifications.conftest import ADULTS

PHONE = "13812345678"


async def test_nothing_that_crosses_says_who_the_visitor_is(cities):
    visitor = cities.visitor
    headers = visitor.headers()
    answer = await visitor.http.put(
        "/v1/me/enrollment/phone",
        json={"phone": PHONE, "notice_version": "tianjin-2026.1"},
        headers=headers,
    )
    assert answer.status_code < 300, answer.text
    said = (await cities.visit()).json()
    await cities.redeem(said["verification_id"])
    await cities.host.tell()
    await cities.visitor.delete("/v1/me/consents?purpose=city")
    await cities.home.tell()
    assert len(cities.wire.crossed) == 6  # three questions: recognition, usage, revocation
    [enrollment] = await cities.home.run(Enrollment.all)
    name, id_number = person(1, ADULTS[0])
    ids = [enrollment.resident_id, enrollment.person_id, enrollment.id]
    secrets = [name.encode(), id_number.encode(), id_number[6:14].encode(), PHONE.encode()]
    for one in map(UUID, map(str, ids)):
        secrets += [str(one).encode(), one.hex.encode(), one.bytes]
    seen = everything(cities.wire.crossed)
    assert len(seen) > 20
    assert any(b'"band":"good"' in one for one in seen)  # so that the search is known to look
    for secret in secrets:
        assert not [one for one in seen if secret in one], secret
    for word in (b"item", b"record", b"dimension", b"occurred"):
        assert not [one for one in seen if b'"%b' % word in one], word
    assert not list(tells(cities.wire.crossed, [name]))


async def test_both_cities_keep_the_same_evidence_which_anybody_can_check(cities):
    await cities.visit()
    [said] = await cities.home.run(Recognition.all)
    [heard] = await cities.host.run(Visit.all)
    assert (said.request, said.response) == (heard.request, heard.response)
    assert said.edition == heard.edition
    [edition] = await cities.host.run(DirectoryEdition.all)
    shown = package(request_of(heard.request), response_of(heard.response), [edition.document], [])
    verdict = check(shown, edition.digest)
    assert verdict.holds, verdict
    logged = [
        await city.run(lambda name=name: AuditEntry.get(action=name))
        for city, name in ((cities.home, "recognition.answer"), (cities.host, "visit.verify"))
    ]
    assert logged[0].details["exchange"] == logged[1].details["exchange"]
