"""`points agencies`: which keys an agency may sign in with, and making a pair of them."""

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from points_api.cli.database import in_database
from points_api.cli.service import prepared
from points_api.cli.terminal import fail, print_json, say

if TYPE_CHECKING:
    from points_api.auth.clients import Client

agencies = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(agencies, name="agencies", help="信源单位的接入钥匙 · keys of the agencies.")

T = TypeVar("T")
ACTOR = "office:cli"


@agencies.callback()
def group() -> None:
    """信源单位的接入钥匙 · keys of the agencies."""


@agencies.command("make-key")
def make_key(
    out_dir: Annotated[Path, typer.Argument(help="放钥匙的文件夹 · folder for the two files.")],
) -> None:
    """造一对钥匙 · Make an Ed25519 pair as JWK files; to be run by the agency itself."""
    from points_api.crypto.key_files import write_pair

    private, public = write_pair(out_dir)
    say(f"{private}: 私钥，只留在本单位，切勿交出 (private: keep it secret, never hand it out)")
    say(f"{public}: 公钥，交给积分系统登记 (public: to be registered by `points agencies add-key`)")


@agencies.command("add-key")
def add_key(
    agency: Annotated[str, typer.Argument(help="目录中的单位编号 · its id in the catalog.")],
    public_jwk_file: Annotated[Path, typer.Argument(help="公钥文件 · the public key, a JWK.")],
) -> None:
    """登记公钥 · Let an agency sign in with this key."""
    from points_api import clock
    from points_api.auth import clients
    from points_api.city import load_city

    chosen = prepared()
    known = load_city(chosen.data_dir).catalog.agencies
    if agency not in known:
        near = get_close_matches(agency, known)
        told = "是否 (perhaps)" if near else "有 (there are)"
        names = ", ".join(near or sorted(known))
        fail(f"AGENCY: 目录里没有这个单位 (not in the catalog); {told}: {names}")
    jwk = _text_of(public_jwk_file)
    client = in_database(
        chosen.database_url,
        lambda: clients.register(clients.Owner(agency), jwk, ACTOR, clock.now()),
    )
    say(client.id)


@agencies.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · a JSON list.")] = False,
) -> None:
    """列出 · List the keys of all agencies, revoked ones included."""
    found = in_database(prepared().database_url, _all_clients)
    if as_json:
        print_json(
            [
                {
                    "client_id": client.id,
                    "agency": client.agency,
                    "created_at": client.created_at.isoformat(),
                    "revoked_at": client.revoked_at and client.revoked_at.isoformat(),
                }
                for client in found
            ]
        )
        return
    for client in found:
        revoked = client.revoked_at
        state = f"停用于 (revoked) {revoked:%Y-%m-%d}" if revoked else "可用 (in use)"
        say(f"{client.id}  {client.agency}  {client.created_at:%Y-%m-%d}  {state}")


@agencies.command()
def revoke(
    client_id: Annotated[str, typer.Argument(help="list 所示的编号 · as `list` shows it.")],
) -> None:
    """停用 · Refuse a key from now on, and every token it has got."""
    from points_api import clock
    from points_api.auth import clients

    url = prepared().database_url
    if not in_database(url, lambda: clients.revoke(client_id, ACTOR, clock.now())):
        fail(
            "CLIENT_ID: 没有可停用的这把钥匙，请看 points agencies list "
            "(no such key in use; see `points agencies list`)"
        )
    say("已停用 (revoked)")


async def _all_clients() -> "list[Client]":
    from points_api.auth import clients
    from points_api.auth.models import ApiClient

    known = sorted(set(await ApiClient.filter(kind="agency").values_list("agency", flat=True)))
    return [client for agency in known for client in await clients.of_agency(str(agency))]


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{file}: 不是 UTF-8 的 JSON (not JSON in UTF-8)")
