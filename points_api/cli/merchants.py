"""`points merchants`: accounts of merchants, their first keys, and which scenarios they serve."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from points_api.cli.database import in_database
from points_api.cli.service import prepared
from points_api.cli.terminal import fail, print_json, say

if TYPE_CHECKING:
    from points_api.merchants.accounts import Account
    from points_api.merchants.staff import Acting

merchants = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(merchants, name="merchants", help="商户 · merchants.")

ACTOR: Final = "office:cli"
MerchantId = Annotated[UUID, typer.Argument(help="商户编号 · as `list` shows it.")]
ScenarioId = Annotated[str, typer.Argument(help="场景编号 · of a scenario.")]


@merchants.callback()
def group() -> None:
    """商户 · merchants."""


@merchants.command()
def create(
    name: Annotated[str, typer.Argument(help="名称 · in Chinese.")],
    name_en: Annotated[str, typer.Argument(help="英文名称 · in English.")],
    division: Annotated[
        str | None, typer.Option(help="区划代码，默认全市 · a division; else the city.")
    ] = None,
    credit_code: Annotated[
        str | None, typer.Option(help="统一社会信用代码，沙箱可省 · a sandbox needs none.")
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="只见模拟居民 · meets made-up residents only.")
    ] = False,
) -> None:
    """开通 · Open an account and print its id."""
    from points_api import clock
    from points_api.city import load_city
    from points_api.merchants import accounts
    from points_api.merchants.accounts import Particulars
    from points_api.merchants.office import Office

    chosen = prepared()
    place = division or load_city(chosen.data_dir).division
    given = Particulars(name, name_en, credit_code, place)
    made = in_database(
        chosen.database_url,
        lambda: accounts.create(Office(ACTOR), given, sandbox, clock.now()),
    )
    say(str(made.id))


@merchants.command("list")
def list_merchants(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · a JSON list.")] = False,
) -> None:
    """列出 · List all accounts, suspended ones and sandboxes included."""
    found = in_database(prepared().database_url, _everyone)
    if as_json:
        print_json([_plain(account, served) for account, served in found])
        return
    for account, served in found:
        given = account.particulars
        state = "可用 (active)" if account.state == "active" else "停用 (suspended)"
        mark = "  沙箱 (sandbox)" if account.sandbox else ""
        count = f"{len(served)} 个场景 ({len(served)} scenarios)"
        say(f"{account.id}  {given.name}  {given.division}  {state}  {count}{mark}")


@merchants.command()
def suspend(
    merchant_id: MerchantId,
    why: Annotated[
        str, typer.Option(help="原因 · one of: contract_ended, abuse, security, own_request")
    ] = "own_request",
) -> None:
    """停用 · Refuse a merchant's keys from now on."""
    from typing import cast, get_args

    from points_api.merchants import accounts
    from points_api.merchants.accounts import Why
    from points_api.merchants.office import Office

    if why not in get_args(Why):
        known = ", ".join(get_args(Why))
        fail(f"--why: 请选其一 (one of): {known}")
    in_database(
        prepared().database_url,
        lambda: accounts.suspend(Office(ACTOR), merchant_id, cast(Why, why)),
    )
    say("已停用 (suspended)")


@merchants.command()
def resume(merchant_id: MerchantId) -> None:
    """恢复 · Let a suspended merchant act again."""
    from points_api.merchants import accounts
    from points_api.merchants.office import Office

    in_database(prepared().database_url, lambda: accounts.resume(Office(ACTOR), merchant_id))
    say("已恢复 (resumed)")


@merchants.command("make-key")
def make_key(
    out_dir: Annotated[Path, typer.Argument(help="放钥匙的文件夹 · folder for the two files.")],
) -> None:
    """造一对钥匙 · Make an Ed25519 pair as JWK files; to be run by the merchant itself."""
    from points_api.crypto.key_files import write_pair

    private, public = write_pair(out_dir)
    say(f"{private}: 私钥，只留在本商户，切勿交出 (private: keep it secret, never hand it out)")
    say(f"{public}: 公钥，交给信用办登记 (public: to be registered by `points merchants add-key`)")


@merchants.command("add-key")
def add_key(
    merchant_id: MerchantId,
    public_jwk_file: Annotated[Path, typer.Argument(help="公钥文件 · the public key, a JWK.")],
    label: Annotated[str, typer.Option(help="岗位名 · a post, no person.")] = "manager",
) -> None:
    """登记公钥 · Register a key for a manager, added if new, and print the client's id."""
    from points_api import clock
    from points_api.merchants import staff

    jwk = _text_of(public_jwk_file)

    async def work() -> str:
        acting, now = _acting(merchant_id), clock.now()
        known = await _labelled(merchant_id, label)
        if known is not None:
            return (await staff.add_key(acting, known, jwk, now)).id
        _, key = await staff.add_manager(acting, label, jwk, now)
        return key.id

    say(in_database(prepared().database_url, work))


@merchants.command("keys")
def list_keys(merchant_id: MerchantId) -> None:
    """列出钥匙 · List the keys of a merchant's staff, revoked ones included, as JSON."""
    print_json(in_database(prepared().database_url, lambda: _keys(merchant_id)))


@merchants.command()
def serve(merchant_id: MerchantId, scenario_id: ScenarioId) -> None:
    """承办场景 · Let a merchant verify and redeem for a scenario."""
    from points_api import clock
    from points_api.merchants import serving
    from points_api.merchants.office import Office

    in_database(
        prepared().database_url,
        lambda: serving.serve(Office(ACTOR), merchant_id, scenario_id, clock.now()),
    )
    say("已承办 (served)")


@merchants.command()
def unserve(merchant_id: MerchantId, scenario_id: ScenarioId) -> None:
    """不再承办 · End that a merchant serves a scenario."""
    from points_api import clock
    from points_api.merchants import serving
    from points_api.merchants.office import Office

    in_database(
        prepared().database_url,
        lambda: serving.unserve(Office(ACTOR), merchant_id, scenario_id, clock.now()),
    )
    say("已停止承办 (served no more)")


async def _everyone() -> "list[tuple[Account, list[str]]]":
    from points_api.merchants import accounts, serving

    return [(account, await serving.ids(account.id)) for account in await accounts.everyone()]


async def _labelled(merchant_id: UUID, label: str) -> UUID | None:
    from points_api.merchants.models import MerchantStaff

    row = await MerchantStaff.get_or_none(merchant_id=merchant_id, label=label, left_at=None)
    return row.id if row else None


async def _keys(merchant_id: UUID) -> list[dict[str, Any]]:
    from points_api.auth import clients
    from points_api.merchants.models import MerchantStaff

    staff = await MerchantStaff.filter(merchant_id=merchant_id).order_by("id")
    return [
        {
            "client_id": key.id,
            "label": member.label,
            "role": member.role,
            "created_at": key.created_at.isoformat(),
            "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
        }
        for member in staff
        for key in await clients.of_staff(member.id)
    ]


def _plain(account: "Account", served: list[str]) -> dict[str, Any]:
    given = account.particulars
    return {
        "merchant_id": str(account.id),
        "name": given.name,
        "name_en": given.name_en,
        "credit_code": given.credit_code,
        "division": given.division,
        "state": account.state,
        "sandbox": account.sandbox,
        "scenarios": served,
        "created_at": account.created_at.isoformat(),
    }


def _acting(merchant_id: UUID) -> "Acting":
    from points_api.merchants.office import Office
    from points_api.merchants.staff import Acting

    return Acting(merchant_id, Office(ACTOR), own=False)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{file}: 不是 UTF-8 的 JSON (not JSON in UTF-8)")
