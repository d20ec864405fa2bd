"""Checks that take more than one message, or have to understand the answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from interop import files, statement, table_signatures
from interop.notices import Ended, Receipt, Used
from interop.refusals import Refused
from interop.shape import shaped
from interop.statement import Answer, Asked, NotRecognized, Said, Statement
from points_api import clock
from points_api.federation.conformance.cases import Expected, Operation, Signing
from points_api.federation.conformance.desk import Desk, Fault, Skipped, require_status
from points_api.federation.conformance.messages import letters, plain, signed, usual
from points_api.language import Text
from points_api.partners.schemas import MappingOut, MappingsOut, ProfileOut, VisitScenariosOut

PURPOSE: Final = "redemption"
_REPLAYED: Final = Expected(
    status=401, type="partner-message-replayed", reasons=("replayed-nonce",)
)
_NOT_SAID: Final = Expected(status=422, type="partner-question-refused", reasons=("wrong-nonce",))


@dataclass(slots=True)
class Found:
    """What earlier checks have found, which later ones need. `code`: one that a visitor shows."""

    code: str | None = None
    scenario: str | None = None
    profile: ProfileOut | None = None
    said: tuple[Asked, Statement] | None = None
    used: Used | None = None

    @property
    def table(self) -> str:
        """How the agreed bands are named where a table is. Raises `Skipped`."""
        agreements = self.profile.agreements if self.profile else []
        found = [one for one in agreements if PURPOSE in one.purposes]
        if not found:
            raise Skipped("an agreement for redemption, in the profile")
        return f"bands-{max(found, key=lambda one: len(one.recognizes)).id}"

    @property
    def recognized(self) -> tuple[Asked, Statement]:
        """The question about `code` and its answer. Raises `Skipped`."""
        if self.said is None:
            raise Skipped("a visitor who was recognized: --visit SCENARIO:CODE")
        return self.said


Work = Callable[[Desk, Found], Awaitable[None]]


class Check(NamedTuple):
    """A check by name; `expects` in words."""

    id: str
    title: str
    title_en: str
    basis: str
    expects: Text
    work: Work


async def _profile(desk: Desk, found: Found) -> None:
    said: ProfileOut = await desk.read("profile", ProfileOut)
    tested = desk.party.tested
    if (said.division, said.address) != (tested.city, tested.address):
        raise Fault(f"division and address are those of the directory: {tested.city}")
    if {(key.name, key.x) for key in said.keys} != {(key.name, key.x) for key in tested.keys}:
        raise Fault("the keys are those of the directory")
    if not said.bands:
        raise Fault("there are bands, the lowest first")
    found.profile = said


async def _mappings(desk: Desk, _: Found) -> None:
    said: MappingsOut = await desk.read("mappings", MappingsOut)
    for one in said.items:
        _require_table(desk, one)


def _require_table(desk: Desk, one: MappingOut) -> None:
    cities = files.load().cities
    if unknown := {one.source, one.target} - cities.keys():
        raise Skipped(f"the profile of {', '.join(sorted(unknown))}, whose signature it is")
    names = ("city", "key", "signed_on", "value")
    if any(len(row) != len(names) for row in one.signatures):
        raise Fault(f"a signature is of {', '.join(names)}")
    signatures = [dict(zip(names, row, strict=True)) for row in one.signatures]
    document = {"kind": table_signatures.KIND, "table": one.document, "signatures": signatures}
    try:
        table = table_signatures.from_signed_document(document)
        source, target = cities[one.source], cities[one.target]
        table_signatures.check(table, source, target, desk.party.members)
    except Refused as refused:
        raise Fault(f"{one.source} → {one.target} is signed by both: {refused}") from None
    if table.digest != one.digest:
        raise Fault(f"{one.source} → {one.target}: digest is that of the document")


async def _scenarios(desk: Desk, _: Found) -> None:
    await desk.read("scenarios", VisitScenariosOut)


async def _message_again(desk: Desk, _: Found) -> None:
    request = signed(plain(desk.party, "profile"), desk.party.signer, clock.now())
    require_status(await desk.send(request), 200)
    desk.require(_REPLAYED, await desk.send(request), request)


async def _nonce_again(desk: Desk, _: Found) -> None:
    once = Signing(nonce=letters(32))

    async def send(to: Operation, status: int) -> None:
        request = signed(plain(desk.party, to), desk.party.signer, clock.now(), once)
        response = await desk.send(request)
        require_status(response, status)
        if status != 200:
            desk.require(_REPLAYED, response, request)

    await send("profile", 200)
    await send("scenarios", _REPLAYED.status)


async def _decline(desk: Desk, found: Found) -> None:
    asked = shaped(Asked, usual(desk.party, "recognitions", found.table, clock.now()))
    if not isinstance(await _answer(desk, found, asked), NotRecognized):
        raise Fault("of an unknown code nothing is said, and that is signed")


async def _recognition(desk: Desk, found: Found) -> None:
    if found.code is None or found.scenario is None:
        raise Skipped("--visit SCENARIO:CODE")
    usual_one = usual(desk.party, "recognitions", found.table, clock.now())
    asked = shaped(Asked, usual_one | {"code": found.code, "scenario": found.scenario})
    said = await _answer(desk, found, asked)
    if not isinstance(said, Statement):
        raise Fault("the visitor is recognized; is the code fresh, and for us and this scenario?")
    found.said = asked, said


async def _code_again(desk: Desk, found: Found) -> None:
    asked, _ = found.recognized
    again = asked.model_copy(update={"nonce": letters(24)})
    if not isinstance(await _answer(desk, found, again), NotRecognized):
        raise Fault("a code is good once: of a used one nothing is said")


async def _answer(desk: Desk, found: Found, asked: Asked) -> Said:
    answer = await desk.told("recognitions", asked.body(), Answer)
    return require_answer(desk, found, asked, answer.statement)


def require_answer(desk: Desk, found: Found, asked: Asked, token: str) -> Said:
    """What a token says, which answers the question. Raises `Fault`."""
    bands = [one.id for one in found.profile.bands] if found.profile else None
    try:
        return statement.verify_either(token, asked, desk.party.members, bands, clock.now())
    except Refused as refused:
        raise Fault(f"the statement answers the question: {refused}") from None


async def _use(desk: Desk, found: Found) -> None:
    used = _of(found)
    await _require_receipt(desk, used, 1)
    found.used = used
    await _require_receipt(desk, used, 0)


async def _use_undone(desk: Desk, found: Found) -> None:
    if found.used is None:
        raise Skipped("a use that was told: --visit SCENARIO:CODE")
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


def then(refused: Expected) -> Text:
    """What is expected of a message that is right once."""
    said = refused.said()
    return Text(f"200，然后 {said.zh}", f"200, then {said.en}")


async def _revocation(desk: Desk, _: Found) -> None:
    ended = shaped(Ended, usual(desk.party, "revocations", "", clock.now()))
    await _require_receipt(desk, ended, 0)
    await _require_receipt(desk, ended, 0)


async def _require_receipt(desk: Desk, notice: Used | Ended, met: int) -> None:
    to: Operation = "usage" if isinstance(notice, Used) else "revocations"
    name = notice.use if isinstance(notice, Used) else notice.notice
    receipt = await desk.told(to, notice.body(), Receipt)
    if (receipt.received, receipt.met) != (name, met):
        raise Fault(f'the receipt says {{"received": "{name}", "met": {met}}}')


CHECKS: Final = (
    Check(
        "profile", "城市资料", "the profile", "openapi.json: GET /interop/v1/profile",
        Text(
            "200，为这次请求签名；区划、地址、钥匙与名录相符",
            "200, signed for the request; division, address and keys as the directory lists them",
        ),
        _profile,
    ),
    Check(
        "mappings", "对照表，双方签名", "mapping tables, signed by both", "joining.md 6",
        Text(
            "200；每张表由双方签名，摘要与文件相符",
            "200; each table is signed by both cities and its digest is the document's",
        ),
        _mappings,
    ),
    Check(
        "scenarios", "对访客开放的场景", "scenarios open to visitors",
        "openapi.json: GET /interop/v1/scenarios", Text("200", "200"), _scenarios,
    ),
    Check(
        "message-replayed", "同一条消息再来一次", "the same message once more",
        "RFC 9421 7.2.2", then(_REPLAYED), _message_again,
    ),
    Check(
        "nonce-replayed", "用过的 nonce 签另一条消息", "a used nonce on another message",
        "joining.md 4", then(_REPLAYED), _nonce_again,
    ),
    Check(
        "unknown-code", "不认识的码：签名答复“无可奉告”", "an unknown code: a signed decline",
        "joining.md 5",
        Text(
            "200；typ 为 points-no-recognition+jwt 的令牌，答的正是所问",
            "200; a token of typ points-no-recognition+jwt that answers the question",
        ),
        _decline,
    ),
    Check(
        "recognition", "认得的访客：签名说明", "a visitor's code: a signed statement",
        "joining.md 5",
        Text(
            "200；typ 为 points-recognition+jwt 的令牌，答的正是所问",
            "200; a token of typ points-recognition+jwt that answers the question",
        ),
        _recognition,
    ),
    Check(
        "code-again", "码只能用一次", "a code is good once", "joining.md 5",
        Text("200；签名的“无可奉告”", "200; a signed decline"), _code_again,
    ),
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
