"""The smallest valid row of each table, with the rows it hangs on; any column may be given."""

from tests.points_api.db.rows.merchants import (
    entitlement,
    entitlement_change,
    merchant,
    merchant_scenario,
    merchant_staff,
    sandbox_resident,
    sandbox_setting,
    webhook_endpoint,
    webhook_message,
)
from tests.points_api.db.rows.officers import (
    failed_sign_in,
    officer,
    officer_session,
    scenario_version,
)
from tests.points_api.db.rows.partners import (
    directory_edition,
    mapping_table,
    partner_nonce,
    proof_place,
    recall,
    recognition,
    recognition_batch,
    recognition_result,
    visit,
    visit_use,
    visitor_notice,
)
from tests.points_api.db.rows.platform import (
    access_entry,
    audit_entry,
    idempotency_key,
    job_run,
    outbox_event,
    sealed_secret,
)
from tests.points_api.db.rows.records import band_count, delivery, delivery_chunk, record, score
from tests.points_api.db.rows.redemptions import (
    conduct_report,
    ledger_entry,
    quota_counter,
    redemption,
    spoken_code,
    statement,
    verification,
)
from tests.points_api.db.rows.residents import (
    consent,
    enrollment,
    message,
    message_preference,
    person,
    resident,
    session,
)
from tests.points_api.db.rows.usual import DAY

__all__ = [
    "DAY", "access_entry", "audit_entry", "band_count", "conduct_report", "consent", "delivery",
    "delivery_chunk", "directory_edition", "enrollment", "entitlement", "entitlement_change",
    "failed_sign_in", "idempotency_key", "job_run", "ledger_entry", "mapping_table", "merchant",
    "merchant_scenario", "merchant_staff", "message", "message_preference", "officer",
    "officer_session", "outbox_event", "partner_nonce", "person", "proof_place",
    "quota_counter", "recall", "recognition", "recognition_batch", "recognition_result",
    "record", "redemption", "resident", "sandbox_resident", "sandbox_setting",
    "scenario_version", "score", "sealed_secret", "session", "spoken_code", "statement",
    "verification", "visit", "visit_use", "visitor_notice", "webhook_endpoint", "webhook_message",
]  # fmt: skip
