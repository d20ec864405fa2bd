"""Rows of other cities, and of proofs that go there."""

from typing import Any

from points_api import clock
from points_api.ids import new_id
from points_api.partners.models import DirectoryEdition, MappingTable, PartnerNonce
from points_api.proofs.models import ProofPlace
from points_api.recognitions.models import (
    Recall,
    Recognition,
    RecognitionBatch,
    RecognitionResult,
    Visit,
    VisitorNotice,
    VisitUse,
)
from tests.points_api.db.rows.residents import consent
from tests.points_api.db.rows.usual import DAY, another


async def directory_edition(**given: Any) -> DirectoryEdition:
    row: dict[str, Any] = {
        "version": 1, "digest": "-", "document": b"{}", "followed_at": clock.now(),
    }  # fmt: skip
    return await DirectoryEdition.create(**row | given)


async def partner_nonce(**given: Any) -> PartnerNonce:
    row: dict[str, Any] = {"keyid": "460200/k1", "nonce": "n1", "until": clock.now()}
    return await PartnerNonce.create(**row | given)


async def mapping_table(**given: Any) -> MappingTable:
    row: dict[str, Any] = {
        "source": "sanya", "target": "huangshi", "version": "v1", "digest": "-", "document": {},
        "signatures": [], "since": DAY, "until": DAY, "taken_at": clock.now(),
    }  # fmt: skip
    return await MappingTable.create(**row | given)


async def proof_place(**given: Any) -> ProofPlace:
    row: dict[str, Any] = {
        "list_name": "2026-06-01",
        "place": another(),
        "consent": given.get("consent") or await consent(),
    }
    return await ProofPlace.create(**row | given)


async def recognition(**given: Any) -> Recognition:
    row: dict[str, Any] = {
        "host": "460200", "scenario": "s1", "purpose": "redemption", "mapping": "v1",
        "nonce": new_id().hex, "subject": "s", "band": "good", "with_score": False,
        "cause": "recognized", "request": b"{}", "response": b"{}", "edition": "-",
        "created_at": clock.now(),
    }  # fmt: skip
    return await Recognition.create(**row | given)


async def recognition_batch(**given: Any) -> RecognitionBatch:
    row: dict[str, Any] = {
        "host": "460200", "batch": "b1", "size": 1, "later": False, "digest": "-",
        "request": b"{}", "edition": "-", "created_at": clock.now(),
    }  # fmt: skip
    return await RecognitionBatch.create(**row | given)


async def recognition_result(**given: Any) -> RecognitionResult:
    row: dict[str, Any] = {"batch_id": new_id(), "place": 0, "result": "{}"}
    return await RecognitionResult.create(**row | given)


async def recall(**given: Any) -> Recall:
    row: dict[str, Any] = {
        "resident_id": new_id(), "host": "460200", "subject": "s", "why": "withdrawn",
        "created_at": clock.now(), "due_at": clock.now(),
    }  # fmt: skip
    return await Recall.create(**row | given)


async def visit(**given: Any) -> Visit:
    row: dict[str, Any] = {
        "verification_id": new_id(), "home": "460200", "host": "420200", "scenario_id": "s1",
        "agreement": "a1", "mapping": "v1", "nonce": "n1", "request": b"{}", "response": b"{}",
        "edition": "-", "created_at": clock.now(),
    }  # fmt: skip
    return await Visit.create(**row | given)


async def visitor_notice(**given: Any) -> VisitorNotice:
    row: dict[str, Any] = {
        "city": "460200", "subject": "s", "why": "withdrawn", "until": 0,
        "received_at": clock.now(),
    }  # fmt: skip
    return await VisitorNotice.create(**row | given)


async def visit_use(**given: Any) -> VisitUse:
    row: dict[str, Any] = {
        "resident_id": new_id(), "recognition_id": new_id(), "host": "460200", "scenario": "s1",
        "use": "u1", "move": "confirm", "day": DAY, "told_at": clock.now(),
    }  # fmt: skip
    return await VisitUse.create(**row | given)
