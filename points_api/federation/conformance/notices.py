"""Checks of what cities tell each other unasked: uses and revocations, each with a receipt."""

from typing import Final

from interop.notices import Ended, Receipt, Used
from interop.shape import shaped
from points_api import clock
from points_api.federation.conformance.cases import Expected, Operation
from points_api.federation.conformance.checks import Check, Found
from points_api.federation.conformance.desk import Desk, Fault, Skipped
from points_api.federation.conformance.messages import letters, usual
from points_api.language import Text

_NOT_SAID: Final = Expected(status=422, type="partner-question-refused", reasons=("wrong-nonce",))


async def _use(desk: Desk, found: Found) -> None:
    used = _of(found)
    await _require_receipt(desk, used, 1)
    found.used = used
    await _require_receipt(desk, used, 0)


async def _use_undone(desk: Desk, found: Found) -> None:
    if found.used is None:
        raise Skipped(
            "一次已通知的使用：--visit 场景:码", "a use that was told: --visit SCENARIO:CODE"
        )
    await _require_receipt(desk, found.used.model_copy(update={"move": "reverse"}), 1)


async def _use_of_another(desk: Desk, found: Found) -> None:
    used = _of(found).model_copy(update={"statement": letters(24)})
    request, response = await desk.ask("usage", used.body())
    desk.require(_NOT_SAID, response, request)


def _of(found: Found) -> Used:
    """A use of what was said."""
    asked, said = found.recognized
    return Used(
        home=asked.home, host=asked.host, subject=said.sub, statement=asked.nonce,
        scenario=asked.scenario, use=letters(32), move="confirm", day=clock.today().isoformat(),
    )  # fmt: skip


async def _revocation(desk: Desk, _: Found) -> None:
    ended = shaped(Ended, usual(desk.party, "revocations", "", clock.now()))
    await _require_receipt(desk, ended, 0)
    await _require_receipt(desk, ended, 0)


async def _require_receipt(desk: Desk, notice: Used | Ended, met: int) -> None:
    to: Operation = "usage" if isinstance(notice, Used) else "revocations"
    name = notice.use if isinstance(notice, Used) else notice.notice
    receipt = await desk.told(to, notice.body(), Receipt)
    if (receipt.received, receipt.met) != (name, met):
        raise Fault(
            '回执为 {{"received": "{name}", "met": {met}}}',
            'the receipt says {{"received": "{name}", "met": {met}}}',
            name=name, met=met,
        )  # fmt: skip


OF_NOTICES: Final = (
    Check(
        "use", "使用通知：回执，重复不重计", "a use: a receipt, and once only", "joining.md 7",
        Text(
            '200；{"received": use, "met": 1}，再来一次 "met": 0',
            '200; {"received": use, "met": 1}, then "met": 0',
        ),
        _use,
    ),
    Check(
        "use-undone", "使用撤销", "a use undone", "joining.md 7",
        Text('200；{"received": use, "met": 1}', '200; {"received": use, "met": 1}'), _use_undone,
    ),
    Check(
        "use-of-another-statement", "使用通知须对应说明", "a use needs its statement",
        "joining.md 7", _NOT_SAID.said(), _use_of_another,
    ),
    Check(
        "revocation", "撤回通知：签名回执，重复也一样",
        "a revocation: a signed receipt, the same again", "joining.md 7",
        Text(
            '两次都是 200；{"received": notice, "met": 0}：没有这位访客的任何记载',
            '200 twice; {"received": notice, "met": 0}: of this visitor nothing is held',
        ),
        _revocation,
    ),
)  # fmt: skip
