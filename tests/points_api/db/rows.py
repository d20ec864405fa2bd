"""The smallest valid row of each table, with the rows it hangs on; any column may be given."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from points_api import clock
from points_api.access_log.models import AccessEntry
from points_api.audit.models import AuditEntry
from points_api.auth.models import Session
from points_api.conduct.models import ConductReport
from points_api.consents.models import Consent
from points_api.credit_codes.models import SpokenCode
from points_api.db.models import IdempotencyKey, OutboxEvent, SealedSecret
from points_api.deliveries.models import Delivery, DeliveryChunk
from points_api.entitlements.models import Entitlement, EntitlementChange
from points_api.ids import new_id
from points_api.jobs.models import JobRun
from points_api.merchants.models import (
    Merchant,
    MerchantScenario,
    MerchantStaff,
    SandboxResident,
    SandboxSetting,
)
from points_api.messages.models import Message, MessagePreference
from points_api.officers.models import FailedSignIn, Officer, OfficerSession
from points_api.partners.models import DirectoryEdition, MappingTable, PartnerNonce
from points_api.proofs.models import ProofPlace
from points_api.recognitions.models import (
    Recall,
    Recognition,
    RecognitionBatch,
    RecognitionResult,
    Visit,
    VisitUse,
)
from points_api.records.models import RecordRow
from points_api.redemptions.models import LedgerEntry, QuotaCounter, Redemption, Statement
from points_api.residents.models import Enrollment, Person, Resident
from points_api.scenarios.models import ScenarioVersion
from points_api.scores.models import ScoreRow
from points_api.statistics.models import BandCount
from points_api.verifications.models import Verification
from points_api.webhooks.models import WebhookEndpoint, WebhookMessage

DAY = date(2026, 6, 1)
_number = count(1)


def _unlike() -> bytes:
    return next(_number).to_bytes(8, "big")


async def person(**given: Any) -> Person:
    row: dict[str, Any] = {
        "id_index": _unlike(),
        "id_number": b"x",
        "name": b"x",
        "created_at": clock.now(),
    }
    return await Person.create(**row | given)


async def resident(**given: Any) -> Resident:
    row: dict[str, Any] = {"openid_index": _unlike(), "openid": b"-", "created_at": clock.now()}
    return await Resident.create(**row | given)


async def enrollment(**given: Any) -> Enrollment:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "person": given.get("person") or await person(),
        "notice_version": "n1",
        "joined_at": clock.now(),
    }
    return await Enrollment.create(**row | given)


async def consent(**given: Any) -> Consent:
    now = clock.now()
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "purpose": "scoring",
        "recipient": "city",
        "data_kinds": ["records"],
        "notice_version": "n1",
        "channel": "mini-program",
        "granted_at": now,
        "expires_at": now + timedelta(days=700),
    }
    return await Consent.create(**row | given)


async def session(**given: Any) -> Session:
    now = clock.now()
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "created_at": now,
        "rotated_at": now,
        "expires_at": now + timedelta(days=30),
    }
    return await Session.create(**row | given)


async def record(**given: Any) -> RecordRow:
    row: dict[str, Any] = {
        "person": given.get("person") or await person(),
        "item": "volunteer.hours",
        "act_key": "a",
        "occurred_on": DAY,
        "status": "active",
        "document_no": "d1",
        "unit": "u1",
        "agency": "youth",
        "content": "0" * 32,
        "known_from": clock.now(),
    }
    return await RecordRow.create(**row | given)


async def delivery(**given: Any) -> Delivery:
    row: dict[str, Any] = {
        "agency": "youth",
        "item": "volunteer.hours",
        "file_name": "a.csv",
        "file_digest": _unlike().hex(),
        "size": 1,
        "encoding": "utf-8",
        "layout": "volunteer.hours",
        "state": "received",
        "received_at": clock.now(),
    }
    return await Delivery.create(**row | given)


async def delivery_chunk(**given: Any) -> DeliveryChunk:
    row: dict[str, Any] = {
        "delivery": given.get("delivery") or await delivery(),
        "first_row": 1,
        "last_row": 2,
        "content": b"x",
    }
    return await DeliveryChunk.create(**row | given)


async def score(**given: Any) -> ScoreRow:
    joined = await enrollment()
    row: dict[str, Any] = {
        "resident_id": joined.resident_id,
        "enrollment_id": joined.id,
        "person_id": joined.person_id,
        "value": 83_500,
        "band": "excellent",
        "base": 60_000,
        "dimensions": {"public_good": 23_500},
        "scorecard": "huangshi-2026.1",
        "as_of": DAY,
        "records_digest": "sha256:0",
        "version": 1,
        "computed_at": clock.now(),
    }
    return await ScoreRow.create(**row | given)


async def access_entry(**given: Any) -> AccessEntry:
    now = clock.now()
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "day": DAY,
        "actor_kind": "merchant",
        "actor": "m1",
        "purpose": "library",
        "what": "eligible",
        "first_at": now,
        "last_at": now,
    }
    return await AccessEntry.create(**row | given)


async def audit_entry(**given: Any) -> AuditEntry:
    row: dict[str, Any] = {
        "at": clock.now(),
        "actor": "system",
        "action": "x",
        "subject": "y",
        "details": {},
        "digest": "0" * 64,
    }
    return await AuditEntry.create(**row | given)


async def outbox_event(**given: Any) -> OutboxEvent:
    now = clock.now()
    row: dict[str, Any] = {
        "topic": "t",
        "subject": "s",
        "payload": {},
        "created_at": now,
        "next_try_at": now,
    }
    return await OutboxEvent.create(**row | given)


async def sealed_secret(**given: Any) -> SealedSecret:
    row: dict[str, Any] = {"name": "s", "content": b"x", "made_at": clock.now()}
    return await SealedSecret.create(**row | given)


async def idempotency_key(**given: Any) -> IdempotencyKey:
    row: dict[str, Any] = {"caller": "c", "key": "k", "fingerprint": "f", "created_at": clock.now()}
    return await IdempotencyKey.create(**row | given)


async def job_run(**given: Any) -> JobRun:
    """A run of a work."""
    usual: dict[str, Any] = {"name": "work", "token": 1, "started_at": clock.now()}
    return await JobRun.create(**usual | given)


async def band_count(**given: Any) -> BandCount:
    """People of a division in a band."""
    usual: dict[str, Any] = {
        "day": DAY, "division": "420202", "scorecard": "s", "band": "good", "people": 10,
    }  # fmt: skip
    return await BandCount.create(**usual | given)


async def merchant(**given: Any) -> Merchant:
    row: dict[str, Any] = {
        "name": "某书店",
        "name_en": "A bookshop",
        "division": "420202",
        "state": "active",
        "created_at": clock.now(),
    }
    return await Merchant.create(**row | given)


async def merchant_staff(**given: Any) -> MerchantStaff:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "label": "front desk",
        "role": "cashier",
        "created_at": clock.now(),
    }
    return await MerchantStaff.create(**row | given)


async def merchant_scenario(**given: Any) -> MerchantScenario:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "scenario_id": "s1",
        "since": clock.now(),
    }
    return await MerchantScenario.create(**row | given)


async def sandbox_setting(**given: Any) -> SandboxSetting:
    row: dict[str, Any] = {"merchant": given.get("merchant") or await merchant(sandbox=True)}
    return await SandboxSetting.create(**row | given)


async def sandbox_resident(**given: Any) -> SandboxResident:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(sandbox=True),
        "resident": given.get("resident") or await resident(),
        "handle": "excellent-1",
        "why": "joined",
        "band": "excellent",
        "score": 80_000,
        "age": 35,
        "created_at": clock.now(),
    }
    return await SandboxResident.create(**row | given)


async def scenario_version(**given: Any) -> ScenarioVersion:
    now = clock.now()
    row: dict[str, Any] = {
        "scenario_id": "s1",
        "version": 1,
        "category": "library",
        "division": "420200",
        "state": "draft",
        "document": {},
        "digest": "sha256:0",
        "author": "system",
        "created_at": now,
        "changed_at": now,
    }
    return await ScenarioVersion.create(**row | given)


async def spoken_code(**given: Any) -> SpokenCode:
    row: dict[str, Any] = {
        "scenario_id": "s1",
        "number": "000001",
        "sealed": b"x",
        "expires_at": clock.now() + timedelta(minutes=1),
    }
    return await SpokenCode.create(**row | given)


async def verification(**given: Any) -> Verification:
    now = clock.now()
    row: dict[str, Any] = {
        "scenario_id": "s1",
        "scenario_version": 1,
        "merchant_id": new_id(),
        "staff": "merchant:1",
        "mode": "code",
        "eligible": True,
        "cause": "eligible",
        "created_at": now,
        "expires_at": now + timedelta(minutes=5),
    }
    return await Verification.create(**row | given)


async def redemption(**given: Any) -> Redemption:
    now = clock.now()
    row: dict[str, Any] = {
        "verification": given.get("verification") or await verification(),
        "merchant": given.get("merchant") or await merchant(),
        "resident": given.get("resident") or await resident(),
        "scenario_id": "s1",
        "scenario_version": 1,
        "state": "confirmed",
        "day": DAY,
        "benefit_fen": 100,
        "owed_fen": 0,
        "reserved_at": now,
        "expires_at": now + timedelta(minutes=5),
        "changed_at": now,
    }
    return await Redemption.create(**row | given)


async def ledger_entry(**given: Any) -> LedgerEntry:
    made = given.pop("redemption", None) or await redemption()
    row: dict[str, Any] = {
        "redemption": made,
        "merchant_id": made.merchant_id,
        "scenario_id": "s1",
        "day": DAY,
        "move": "confirm",
        "benefit_fen": 100,
        "owed_fen": 0,
        "actor": "merchant:1",
        "at": clock.now(),
    }
    return await LedgerEntry.create(**row | given)


async def quota_counter(**given: Any) -> QuotaCounter:
    row: dict[str, Any] = {"scenario_id": "s1", "name": "total", "used": 1, "most": 9}
    return await QuotaCounter.create(**row | given)


async def statement(**given: Any) -> Statement:
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "day": DAY,
        "number": 1,
        "entries": 0,
        "benefit_fen": 0,
        "owed_fen": 0,
        "previous": "",
        "digest": "sha256:0",
        "closed_at": clock.now(),
    }
    return await Statement.create(**row | given)


async def conduct_report(**given: Any) -> ConductReport:
    made = given.pop("redemption", None) or await redemption()
    row: dict[str, Any] = {
        "redemption": made,
        "merchant_id": made.merchant_id,
        "resident_id": made.resident_id,
        "scenario_id": "s1",
        "state": "reported",
        "reported_at": clock.now(),
    }
    return await ConductReport.create(**row | given)


async def entitlement(**given: Any) -> Entitlement:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "scenario_id": "s1",
        "scenario_version": 1,
        "granted": True,
        "changed_at": clock.now(),
    }
    return await Entitlement.create(**row | given)


async def entitlement_change(**given: Any) -> EntitlementChange:
    row: dict[str, Any] = {
        "number": next(_number),
        "merchant_id": new_id(),
        "scenario_id": "s1",
        "subject": "p1",
        "kind": "granted",
        "at": clock.now(),
    }
    return await EntitlementChange.create(**row | given)


async def webhook_endpoint(**given: Any) -> WebhookEndpoint:
    now = clock.now()
    row: dict[str, Any] = {
        "merchant": given.get("merchant") or await merchant(),
        "url": "https://shop.test/hook",
        "kinds": ["redemption.confirmed"],
        "secret": b"x",
        "state": "active",
        "created_at": now,
        "changed_at": now,
    }
    return await WebhookEndpoint.create(**row | given)


async def webhook_message(**given: Any) -> WebhookMessage:
    now = clock.now()
    row: dict[str, Any] = {
        "endpoint": given.get("endpoint") or await webhook_endpoint(),
        "event_id": new_id(),
        "kind": "redemption.confirmed",
        "subject": "p1",
        "body": "{}",
        "created_at": now,
        "next_try_at": now,
    }
    return await WebhookMessage.create(**row | given)


async def officer(**given: Any) -> Officer:
    """An officer of the scenarios."""
    usual: dict[str, Any] = {
        "login": f"desk-{next(_number)}", "password_hash": "x", "totp": b"x",
        "roles": ["scenario"], "created_at": clock.now(),
    }  # fmt: skip
    return await Officer.create(**usual | given)


async def officer_session(**given: Any) -> OfficerSession:
    """An officer who is signed in for half an hour."""
    now = clock.now()
    usual: dict[str, Any] = {
        "officer": given.get("officer") or await officer(),
        "created_at": now,
        "expires_at": now + timedelta(minutes=30),
    }
    return await OfficerSession.create(**usual | given)


async def failed_sign_in(**given: Any) -> FailedSignIn:
    """One failure under a login."""
    usual: dict[str, Any] = {"login_index": _unlike().hex(), "failures": 1, "last_at": clock.now()}
    return await FailedSignIn.create(**usual | given)


async def message(**given: Any) -> Message:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "event_id": new_id(),
        "kind": "benefit_used",
        "params": {"scenario": "s1"},
        "created_at": clock.now(),
    }
    return await Message.create(**row | given)


async def message_preference(**given: Any) -> MessagePreference:
    row: dict[str, Any] = {
        "resident": given.get("resident") or await resident(),
        "muted": [],
        "quiet_from": 0,
        "quiet_until": 0,
        "accepted": {},
    }
    return await MessagePreference.create(**row | given)


async def directory_edition(**given: Any) -> DirectoryEdition:
    row: dict[str, Any] = {
        "version": 1, "digest": "-", "document": b"{}", "followed_at": clock.now(),
    }  # fmt: skip
    return await DirectoryEdition.create(**row | given)


async def proof_place(**given: Any) -> ProofPlace:
    row: dict[str, Any] = {
        "list_name": "2026-06-01",
        "place": next(_number),
        "consent": given.get("consent") or await consent(),
    }
    return await ProofPlace.create(**row | given)


async def partner_nonce(**given: Any) -> PartnerNonce:
    row: dict[str, Any] = {"keyid": "460200/k1", "nonce": "n1", "until": clock.now()}
    return await PartnerNonce.create(**row | given)


async def mapping_table(**given: Any) -> MappingTable:
    row: dict[str, Any] = {
        "source": "sanya", "target": "huangshi", "version": "v1", "digest": "-", "document": {},
        "signatures": [], "since": DAY, "until": DAY, "taken_at": clock.now(),
    }  # fmt: skip
    return await MappingTable.create(**row | given)


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


async def visit_use(**given: Any) -> VisitUse:
    row: dict[str, Any] = {
        "resident_id": new_id(), "recognition_id": new_id(), "host": "460200", "scenario": "s1",
        "use": "u1", "move": "confirm", "day": DAY, "told_at": clock.now(),
    }  # fmt: skip
    return await VisitUse.create(**row | given)


async def visit(**given: Any) -> Visit:
    row: dict[str, Any] = {
        "verification_id": new_id(), "home": "460200", "host": "420200", "scenario_id": "s1",
        "agreement": "a1", "mapping": "v1", "nonce": "n1", "request": b"{}", "response": b"{}",
        "edition": "-", "created_at": clock.now(),
    }  # fmt: skip
    return await Visit.create(**row | given)
