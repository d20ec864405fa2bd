"""An officer's written decision carried out on one record, until there is an office to do it in.

Everything is one transaction: the new version of the record, the score that follows, and who
ordered it. Numbers of decisions are free text, so the audit log keeps the digest of it: it proves
which paper was meant and tells nothing.
"""

from dataclasses import dataclass
from hashlib import sha256

from points_api import clock
from points_api.audit import service as audit
from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.problem import Problem
from points_api.records.facts import FACT_COLUMNS, fact, record_id
from points_api.records.models import RecordRow
from points_api.records.service import NoSuchRecord, change_status
from points_api.residents import persons
from points_api.scores.service import Scores
from scoring.records import Status

ACTOR = "office:cli"


class NotRepairable(Problem):
    slug, status, errcode = "not-repairable", 409, 40939
    title = ("这类记录不予修复", "Records of this item cannot be repaired")


@dataclass(frozen=True, slots=True)
class Order:
    """Which record, by what identifies it in law; its new status; the decision that says so."""

    item: str
    unit: str
    document_no: str
    status: Status
    decision: str


@transactional
async def carry_out(scores: Scores, keyring: Keyring, id_number: str, order: Order) -> bool:
    """Change the record; False if it had the status before. A `Problem` tells why it cannot be."""
    person = await persons.find(keyring, id_number)
    row = await RecordRow.get_or_none(
        person_id=person.id if person else None,
        item=order.item,
        unit=order.unit,
        document_no=order.document_no,
        known_to=None,
    )
    if person is None or row is None:
        raise NoSuchRecord(
            "请核对身份证号码、目录编码、单位代码和文书号",
            "Check the ID number, the item, the unit and the document number",
        )
    item = scores.city.item(order.item, clock.today())
    if order.status == "repaired" and (item is None or not item.repairable):
        raise NotRepairable
    if row.status == order.status:
        return False
    key = fact({name: getattr(row, name) for name in FACT_COLUMNS}).key
    await change_status(scores, person.id, key, order.status, ACTOR)
    digest = sha256(order.decision.encode()).hexdigest()
    said = {"status": order.status, "decision": f"sha256:{digest}"}
    await audit.append(ACTOR, "record.ordered", f"record:{record_id(person.id, key)}", said)
    return True
