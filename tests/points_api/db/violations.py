"""For each constraint of the models, the rows that break it and nothing else."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from points_api import clock
from points_api.ids import new_id
from tests.points_api.db import rows

DAY = timedelta(days=1)


async def _twice(make: Callable[..., Awaitable[Any]], **given: Any) -> None:
    await make(**given)
    await make(**given)


async def _same_score_person() -> None:
    first = await rows.score()
    await rows.score(person_id=first.person_id)


async def _two_live_versions() -> None:
    await rows.scenario_version(version=1, live_since=clock.now())
    await rows.scenario_version(version=2, live_since=clock.now())


async def _one_verification_redeemed_twice() -> None:
    await _twice(rows.redemption, verification=await rows.verification())


async def _one_notice_twice() -> None:
    await _twice(rows.message, resident=await rows.resident(), event_id=new_id())


async def _two_statements_of_a_day() -> None:
    merchant = await rows.merchant()
    await rows.statement(merchant=merchant, number=1)
    await rows.statement(merchant=merchant, number=2)


async def _two_statements_of_a_number() -> None:
    merchant = await rows.merchant()
    await rows.statement(merchant=merchant, day=rows.DAY)
    await rows.statement(merchant=merchant, day=rows.DAY + DAY)


async def _one_event_twice() -> None:
    endpoint = await rows.webhook_endpoint()
    await _twice(rows.webhook_message, endpoint=endpoint, event_id=new_id())


async def _one_sandbox_account_twice() -> None:
    account = await rows.resident()
    await rows.sandbox_resident(resident=account)
    await rows.sandbox_resident(resident=account)


async def _with(
    owner: Callable[[], Awaitable[Any]], name: str, make: Callable[..., Awaitable[Any]]
) -> None:
    await _twice(make, **{name: await owner()})


VIOLATIONS: dict[str, Callable[[], Awaitable[Any]]] = {
    "person_id_index_once": lambda: _twice(rows.person, id_index=b"1"),
    "resident_openid_once": lambda: _twice(rows.resident, openid_index=b"1"),
    "enrollment_ends_after": lambda: rows.enrollment(left_at=clock.now() - DAY),
    "enrollment_resident_once": lambda: _with(rows.resident, "resident", rows.enrollment),
    "enrollment_person_once": lambda: _with(rows.person, "person", rows.enrollment),
    "consent_expires_after": lambda: rows.consent(expires_at=clock.now() - DAY),
    "consent_withdrawn_after": lambda: rows.consent(withdrawn_at=clock.now() - DAY),
    "session_generation": lambda: rows.session(generation=0),
    "officer_status": lambda: rows.officer(status="asleep"),
    "officer_login_once": lambda: _twice(rows.officer, login="desk"),
    "officer_session_expires": lambda: rows.officer_session(expires_at=clock.now() - DAY),
    "failed_sign_in_count": lambda: rows.failed_sign_in(failures=-1),
    "delivery_state": lambda: rows.delivery(state="lost"),
    "delivery_once": lambda: _twice(rows.delivery, file_digest="1"),
    "delivery_chunk_rows": lambda: rows.delivery_chunk(first_row=2, last_row=1),
    "delivery_chunk_once": lambda: _with(rows.delivery, "delivery", rows.delivery_chunk),
    "record_status": lambda: rows.record(status="forgotten"),
    "record_ends_after": lambda: rows.record(ended_on=rows.DAY - DAY),
    "record_known_after": lambda: rows.record(known_to=clock.now() - DAY),
    "record_current": lambda: _with(rows.person, "person", rows.record),
    "score_version": lambda: rows.score(version=0),
    "score_person_once": _same_score_person,
    "access_entry_times": lambda: rows.access_entry(times=0),
    "access_entry_day": lambda: _with(rows.resident, "resident", rows.access_entry),
    "audit_sealed": lambda: rows.audit_entry(seq=1),
    "audit_seq_once": lambda: _twice(rows.audit_entry, seq=1, chain="0"),
    "outbox_attempts": lambda: rows.outbox_event(attempts=-1),
    "idempotency_key_once": lambda: _twice(rows.idempotency_key),
    "sealed_secret_once": lambda: _twice(rows.sealed_secret),
    "job_run_token": lambda: rows.job_run(token=0),
    "job_run_ends": lambda: rows.job_run(finished_at=clock.now() - DAY),
    "band_count_people": lambda: rows.band_count(people=-1),
    "band_count_once": lambda: _twice(rows.band_count),
    "merchant_state": lambda: rows.merchant(state="gone"),
    "merchant_credit_code_once": lambda: _twice(rows.merchant, credit_code="1"),
    "merchant_staff_role": lambda: rows.merchant_staff(role="owner"),
    "merchant_staff_label_once": lambda: _with(rows.merchant, "merchant", rows.merchant_staff),
    "merchant_scenario_once": lambda: _with(rows.merchant, "merchant", rows.merchant_scenario),
    "sandbox_setting_error": lambda: rows.sandbox_setting(error_status=404),
    "sandbox_setting_faults": lambda: rows.sandbox_setting(error_calls=-1),
    "sandbox_setting_once": lambda: _with(rows.merchant, "merchant", rows.sandbox_setting),
    "sandbox_resident_why": lambda: rows.sandbox_resident(why="gone", score=None),
    "sandbox_resident_score": lambda: rows.sandbox_resident(why="paused"),
    "sandbox_resident_handle_once": lambda: _with(rows.merchant, "merchant", rows.sandbox_resident),
    "sandbox_resident_once": _one_sandbox_account_twice,
    "scenario_version_state": lambda: rows.scenario_version(state="lost"),
    "scenario_version_number": lambda: rows.scenario_version(version=0),
    "scenario_version_once": lambda: _twice(rows.scenario_version),
    "scenario_version_live_once": _two_live_versions,
    "spoken_code_once": lambda: _twice(rows.spoken_code),
    "verification_cause": lambda: rows.verification(cause="bad", eligible=False),
    "verification_mode": lambda: rows.verification(mode="post"),
    "verification_eligible": lambda: rows.verification(cause="below"),
    "verification_mark_once": lambda: _twice(rows.verification, mark=b"1"),
    "redemption_state": lambda: rows.redemption(state="lost"),
    "redemption_amounts": lambda: rows.redemption(owed_fen=-1),
    "redemption_returned": lambda: rows.redemption(returned_fen=101),
    "redemption_verification_once": _one_verification_redeemed_twice,
    "ledger_entry_move": lambda: rows.ledger_entry(move="lose"),
    "quota_counter_used": lambda: rows.quota_counter(used=-1),
    "quota_counter_once": lambda: _twice(rows.quota_counter),
    "statement_day_once": _two_statements_of_a_day,
    "statement_number_once": _two_statements_of_a_number,
    "conduct_report_state": lambda: rows.conduct_report(state="lost"),
    "conduct_report_told_first": lambda: rows.conduct_report(state="standing"),
    "conduct_report_open_once": lambda: _with(rows.redemption, "redemption", rows.conduct_report),
    "entitlement_once": lambda: _with(rows.resident, "resident", rows.entitlement),
    "entitlement_change_number_once": lambda: _twice(
        rows.entitlement_change, merchant_id=new_id(), number=1
    ),
    "webhook_endpoint_state": lambda: rows.webhook_endpoint(state="lost"),
    "webhook_message_end": lambda: rows.webhook_message(ended_at=clock.now()),
    "webhook_message_once": _one_event_twice,
    "message_once": _one_notice_twice,
    "message_preference_quiet": lambda: rows.message_preference(quiet_from=1440),
    "directory_edition_once": lambda: _twice(rows.directory_edition),
    "partner_nonce_once": lambda: _twice(rows.partner_nonce),
    "proof_place_once": lambda: _twice(rows.proof_place, place=1),
    "mapping_table_until": lambda: rows.mapping_table(until=rows.DAY - DAY),
    "mapping_table_direction": lambda: rows.mapping_table(target="sanya"),
    "mapping_table_once": lambda: _twice(rows.mapping_table),
    "recognition_cause": lambda: rows.recognition(cause="bad", subject=None),
    "recognition_subject": lambda: rows.recognition(cause="below"),
    "recognition_mark_once": lambda: _twice(rows.recognition, mark=b"1"),
    "recognition_nonce_once": lambda: _twice(rows.recognition, nonce="n1"),
    "recognition_batch_size": lambda: rows.recognition_batch(size=0),
    "recognition_batch_once": lambda: _twice(rows.recognition_batch),
    "recognition_result_once": lambda: _twice(rows.recognition_result, batch_id=new_id()),
    "recall_why": lambda: rows.recall(why="bored"),
    "visitor_notice_why": lambda: rows.visitor_notice(why="bored"),
    "recall_receipt": lambda: rows.recall(confirmed_at=clock.now()),
    "visit_use_move": lambda: rows.visit_use(move="reserve"),
    "visit_use_once": lambda: _twice(rows.visit_use),
    "visit_ended": lambda: rows.visit(ended_at=clock.now()),
    "visit_verification_once": lambda: _twice(rows.visit, verification_id=new_id()),
}
