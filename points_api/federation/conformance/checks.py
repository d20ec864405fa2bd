"""Checks that take more than one message, or have to understand the answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from interop import files, statement, table_signatures
from interop.notices import Used
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
OF_UNKNOWN: Final = Text(
    "对不认识的码答“无可奉告”，并且签名", "of an unknown code nothing is said, and that is signed"
)


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
            raise Skipped(
                "城市资料中有用于兑换的协议", "an agreement for redemption, in the profile"
            )
        return f"bands-{max(found, key=lambda one: len(one.recognizes)).id}"

    @property
    def recognized(self) -> tuple[Asked, Statement]:
        """The question about `code` and its answer. Raises `Skipped`."""
        if self.said is None:
            raise Skipped(
                "一位认得的访客：--visit 场景:码",
                "a visitor who was recognized: --visit SCENARIO:CODE",
            )
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
        raise Fault(
            "区划和地址与名录相符：{city}",
            "division and address are those of the directory: {city}",
            city=tested.city,
        )
    if {(key.name, key.x) for key in said.keys} != {(key.name, key.x) for key in tested.keys}:
        raise Fault("钥匙与名录相符", "the keys are those of the directory")
    if not said.bands:
        raise Fault("列有等级，从低到高", "there are bands, the lowest first")
    found.profile = said


async def _mappings(desk: Desk, _: Found) -> None:
    said: MappingsOut = await desk.read("mappings", MappingsOut)
    for one in said.items:
        _require_table(desk, one)


def _require_table(desk: Desk, one: MappingOut) -> None:
    cities = files.load().cities
    if unknown := {one.source, one.target} - cities.keys():
        raise Skipped(
            "签名城市 {unknown} 的资料",
            "the profile of {unknown}, whose signature it is",
            unknown=", ".join(sorted(unknown)),
        )
    names = ("city", "key", "signed_on", "value")
    if any(len(row) != len(names) for row in one.signatures):
        raise Fault("签名由 {names} 组成", "a signature is of {names}", names=", ".join(names))
    signatures = [dict(zip(names, row, strict=True)) for row in one.signatures]
    document = {"kind": table_signatures.KIND, "table": one.document, "signatures": signatures}
    try:
        table = table_signatures.from_signed_document(document)
        source, target = cities[one.source], cities[one.target]
        table_signatures.check(table, source, target, desk.party.members)
    except Refused as refused:
        raise Fault(
            "{source} → {target} 由双方签名：{refused}",
            "{source} → {target} is signed by both: {refused}",
            source=one.source, target=one.target, refused=refused,
        ) from None  # fmt: skip
    if table.digest != one.digest:
        raise Fault(
            "{source} → {target}：digest 与文件相符",
            "{source} → {target}: digest is that of the document",
            source=one.source, target=one.target,
        )  # fmt: skip


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
        raise Fault(*OF_UNKNOWN)


async def _recognition(desk: Desk, found: Found) -> None:
    if found.code is None or found.scenario is None:
        raise Skipped("访客出示的码：--visit 场景:码", "a visitor's code: --visit SCENARIO:CODE")
    usual_one = usual(desk.party, "recognitions", found.table, clock.now())
    asked = shaped(Asked, usual_one | {"code": found.code, "scenario": found.scenario})
    said = await _answer(desk, found, asked)
    if not isinstance(said, Statement):
        raise Fault(
            "认得这位访客；码是否还没用过、没过期，且是给我方和这个场景的？",
            "the visitor is recognized; is the code fresh, and for us and this scenario?",
        )
    found.said = asked, said


async def _code_again(desk: Desk, found: Found) -> None:
    asked, _ = found.recognized
    again = asked.model_copy(update={"nonce": letters(24)})
    if not isinstance(await _answer(desk, found, again), NotRecognized):
        raise Fault(
            "码只能用一次：对用过的码无可奉告", "a code is good once: of a used one nothing is said"
        )


async def _answer(desk: Desk, found: Found, asked: Asked) -> Said:
    answer = await desk.told("recognitions", asked.body(), Answer)
    return require_answer(desk, found, asked, answer.statement)


def require_answer(desk: Desk, found: Found, asked: Asked, token: str) -> Said:
    """What a token says, which answers the question. Raises `Fault`."""
    bands = [one.id for one in found.profile.bands] if found.profile else None
    try:
        return statement.verify_either(token, asked, desk.party.members, bands, clock.now())
    except Refused as refused:
        raise Fault(
            "说明答的正是所问：{refused}",
            "the statement answers the question: {refused}",
            refused=refused,
        ) from None


def then(refused: Expected) -> Text:
    """What is expected of a message that is right once."""
    said = refused.said()
    return Text(f"200，然后 {said.zh}", f"200, then {said.en}")


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
)  # fmt: skip
