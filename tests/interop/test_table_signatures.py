"""A table counts once both cities have signed it; one of scores only on published figures."""

import json
from dataclasses import replace
from datetime import date

import pytest

from interop import table_signatures
from interop.drafting import Order, draft
from interop.files import load
from interop.refusals import BadSignature, Malformed, UnlistedPeer
from interop.table_signatures import check, from_signed_document, sign, signed_document
from tests.interop.cities import KnownKeys, signer

FOLDER = load()
HUANGSHI, WEIHAI = FOLDER.cities["huangshi"], FOLDER.cities["weihai"]
SIGNERS = {city.id: signer(city.division) for city in (HUANGSHI, WEIHAI)}
DAY = date(2026, 6, 1)


def drafted(method="bands"):
    agreement = FOLDER.between(WEIHAI, HUANGSHI)
    assert agreement is not None
    order = Order(method, "1", DAY, DAY, date(2027, 5, 31))
    return draft(WEIHAI, HUANGSHI, agreement, order).table


def signed():
    table = drafted()
    for city in (WEIHAI, HUANGSHI):
        table = sign(table, city, SIGNERS[city.id], DAY)
    return table


def keys():
    return KnownKeys({one.keyid: one.private.public_key() for one in SIGNERS.values()})


def test_a_signed_table_comes_back_from_its_file_and_maps_a_visitor():
    said = json.loads(json.dumps(signed_document(signed()), ensure_ascii=False))
    table = from_signed_document(said)
    check(table, WEIHAI, HUANGSHI, keys())
    assert table == signed()
    assert table.in_force(DAY)
    assert table.by_score[1_150_000].band == "outstanding"


def test_one_signature_is_not_enough():
    half = sign(drafted(), WEIHAI, SIGNERS["weihai"], DAY)
    with pytest.raises(BadSignature):
        check(half, WEIHAI, HUANGSHI, keys())


def test_a_row_changed_after_signing_is_found():
    said = signed_document(signed())
    said["table"]["rows"][0] = [True, None, None, None, None]
    with pytest.raises(BadSignature):
        check(from_signed_document(said), WEIHAI, HUANGSHI, keys())


@pytest.mark.parametrize(("name", "value"), [("signed_on", "2026-06-02"), ("city", "huangshi")])
def test_a_signature_that_says_something_else_is_refused(name, value):
    said = signed_document(signed())
    said["signatures"][0] = {**said["signatures"][0], name: value}
    with pytest.raises(BadSignature):
        check(from_signed_document(said), WEIHAI, HUANGSHI, keys())


def test_a_key_that_nobody_knows_and_a_key_of_another_city_are_refused():
    with pytest.raises(UnlistedPeer):
        check(signed(), WEIHAI, HUANGSHI, KnownKeys({}))
    with pytest.raises(ValueError, match="no key of weihai"):
        sign(drafted(), WEIHAI, SIGNERS["huangshi"], DAY)


@pytest.mark.parametrize("method", ["linear", "equipercentile"])
def test_assumed_distributions_yield_no_table_of_scores(method):
    table = drafted(method)
    assert table.header.basis == "assumption"
    assert table.header.use == "bands"
    assert all(row.value is None and row.unrounded is None for row in table.rows)


def test_a_table_of_scores_on_assumed_distributions_is_neither_signed_nor_taken():
    forged = replace(drafted("linear"), header=replace(drafted("linear").header, use="table"))
    with pytest.raises(ValueError, match="assumed distributions"):
        sign(forged, WEIHAI, SIGNERS["weihai"], DAY)
    with pytest.raises(Malformed):
        check(forged, WEIHAI, HUANGSHI, keys())


@pytest.mark.parametrize(
    "said", [{}, {"kind": "x"}, {"kind": table_signatures.KIND, "table": {}, "signatures": []}]
)
def test_another_document_is_no_table(said):
    with pytest.raises(Malformed):
        from_signed_document(said)
