"""What if, from the wire to the calculator and back; nothing is written."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from points_api.city import City
from points_api.language import Language
from points_api.records.facts import record_id
from points_api.scores.explanation import Explainer
from points_api.scores.problems import SuppositionRefused, UnknownItem, UnknownRecord
from points_api.scores.schemas import AddedRecordIn, AddIn, RepairIn, WaitIn, WhatIfIn, WhatIfOut
from points_api.scores.unmoved import notes
from scoring.engine import score
from scoring.records import Record
from scoring.scorecard import points_text
from scoring.scorecard_files import LevelError, QuantityError, record_of
from scoring.scorecard_shapes import ExampleRecord
from scoring.whatif import Add, Repair, Supposition, Wait, what_if


def suppose(
    city: City,
    person_id: UUID,
    records: Sequence[Record],
    body: WhatIfIn,
    on: date,
    language: Language,
) -> WhatIfOut:
    """The score under the suppositions. Refused: what the city does not know."""
    card = city.scorecard(on)
    keys = {record_id(person_id, record.key): record.key for record in records}
    waited = sum(one.wait_days for one in body.suppose if isinstance(one, WaitIn))
    until = on + timedelta(days=waited)
    wanted: list[Supposition] = []
    for n, supposition in enumerate(body.suppose):
        if isinstance(supposition, RepairIn):
            if supposition.repair not in keys:
                raise UnknownRecord(n)
            wanted.append(Repair(keys[supposition.repair]))
        elif isinstance(supposition, AddIn):
            wanted.append(Add(_added(supposition.add, city, on, until, n)))
        else:
            wanted.append(Wait(supposition.wait_days))
    result = what_if(records, card, on, wanted)
    explainer = Explainer(city, person_id, result.on, language)
    return WhatIfOut(
        score=points_text(result.value),
        difference=points_text(result.value - score(records, card, on).value),
        band=explainer.band(result),
        as_of=result.on,
        binding=False,
        notes=notes(city, records, wanted, result, on, language),
        reasons=explainer.reasons(result),
    )


def _added(row: AddedRecordIn, city: City, on: date, until: date, n: int) -> Record:
    key = f"what-if:{n}"
    written = ExampleRecord(
        item=row.item,
        occurred_on=row.occurred_on or on,
        level=row.level,
        quantity=None if row.quantity is None else Decimal(row.quantity),
        act=key,
    )
    item = {**city.catalog.in_force(written.occurred_on), **city.catalog.in_force(on)}.get(row.item)
    if item is None:
        raise UnknownItem(n)
    if written.occurred_on > until:
        raise SuppositionRefused.not_yet(n, until)
    try:
        return record_of(written, city.catalog, on, key)
    except LevelError:
        raise SuppositionRefused.level(n, item) from None
    except QuantityError:
        raise SuppositionRefused.quantity(n, item) from None
