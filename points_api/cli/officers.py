"""`points officers`: accounts of the credit office, with a password and a code to sign in by."""

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from points_api.cli.database import in_database
from points_api.cli.service import prepared
from points_api.cli.terminal import err, fail, out, print_json, say

if TYPE_CHECKING:
    from points_api.crypto.keyring import Keyring
    from points_api.officers.accounts import Account, Credentials
    from points_api.settings import Settings

officers = typer.Typer(no_args_is_help=True)
app = typer.Typer()
app.add_typer(officers, name="officers", help="工作人员账号 · accounts of officers.")

T = TypeVar("T")
ACTOR = "office:cli"
Login = Annotated[str, typer.Argument(help="登录名，用岗位名 · names the post, not the person.")]
Roles = Annotated[
    str,
    typer.Option(
        help="逗号分隔 · of catalog, scorecard, scenario, case, partner; auditor or system alone."
    ),
]


@officers.callback()
def group() -> None:
    """工作人员账号 · accounts of officers."""


@officers.command()
def create(
    login: Login,
    roles: Roles,
    division: Annotated[
        str | None, typer.Option(help="县区代码，默认全市 · a county; else the whole city.")
    ] = None,
) -> None:
    """新建账号，密码和密钥只显示一次 · Make an account; its password and secret are shown once."""
    from points_api import clock
    from points_api.city import load_city
    from points_api.officers import accounts

    chosen, made = prepared(), accounts.Credentials()
    home = load_city(chosen.data_dir).division
    county = accounts.division_of(division, home, clock.today().year)
    in_database(
        chosen.database_url,
        lambda: accounts.create(
            _keyring(chosen), login, roles.split(","), county, made, ACTOR, clock.now()
        ),
    )
    _show(chosen, login, made)


@officers.command("list")
def list_officers(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · a JSON list.")] = False,
) -> None:
    """列出 · List all accounts, suspended ones included."""
    from dataclasses import asdict

    from points_api.officers import accounts

    found = in_database(prepared().database_url, accounts.everyone)
    if as_json:
        print_json([asdict(account) for account in found])
        return
    for account in found:
        say(_line(account))


@officers.command()
def suspend(login: Login) -> None:
    """停用 · Refuse an officer from now on, also where they are signed in."""
    from points_api import clock
    from points_api.officers import accounts

    in_database(prepared().database_url, lambda: accounts.suspend(login, ACTOR, clock.now()))
    say("已停用 (suspended)")


@officers.command()
def resume(login: Login) -> None:
    """恢复 · Let a suspended officer sign in again."""
    from points_api.officers import accounts

    in_database(prepared().database_url, lambda: accounts.resume(login, ACTOR))
    say("已恢复 (resumed)")


@officers.command("roles")
def change_roles(login: Login, roles: Roles) -> None:
    """改岗位 · Give an officer these roles in place of those before; ends their sessions."""
    from points_api import clock
    from points_api.officers import accounts

    in_database(
        prepared().database_url,
        lambda: accounts.change_roles(login, roles.split(","), ACTOR, clock.now()),
    )
    say("已更改 (changed)")


@officers.command()
def reset(login: Login) -> None:
    """重置 · Replace password and secret, and lift a lock."""
    from points_api import clock
    from points_api.officers import accounts

    chosen, made = prepared(), accounts.Credentials()
    in_database(
        chosen.database_url,
        lambda: accounts.reset(_keyring(chosen), login, made, ACTOR, clock.now()),
    )
    _show(chosen, login, made)


@officers.command("demo-code")
def demo_code(
    seed: Annotated[int, typer.Option(min=0, help="演示城市的种子 · the demo city's seed.")] = 1,
) -> None:
    """演示账号的验证码 · Print the code with which the demo's officer signs in right now."""
    from points_api import clock
    from points_api.demo.officer import credentials
    from points_api.officers import totp
    from points_api.settings import load

    if load().env == "production":
        fail("生产环境没有演示账号 (there is no demo account in production)")
    print(totp.code_at(credentials(seed).secret, clock.now()))


def _show(chosen: "Settings", login: str, made: "Credentials") -> None:
    from points_api.auth.identity import issuer_of
    from points_api.officers import totp

    uri = totp.uri(made.secret, login, issuer_of(chosen))
    say(f"{login}  {made.password}")
    say(uri)
    if out.is_terminal:
        from points_api.qr import terminal_of

        print(terminal_of(uri))
    err.print(
        "密码和验证器密钥只显示这一次；请当面交给本人，用验证器扫码\n"
        "(Shown this once: hand both to the officer in person; they scan with an authenticator.)",
        soft_wrap=True,
    )


def _line(account: "Account") -> str:
    state = "可用 (active)" if account.status == "active" else "停用 (suspended)"
    last = account.last_sign_in_at
    signed_in = f"上次登录 (last sign-in) {last:%Y-%m-%d}" if last else "从未登录 (never)"
    place = account.division or "全市 (city)"
    mark = "  演示 (demo)" if account.demo else ""
    return f"{account.login}  {','.join(account.roles)}  {place}  {state}  {signed_in}{mark}"


def _keyring(chosen: "Settings") -> "Keyring":
    from points_api.crypto.keyring import Keyring

    return Keyring.from_settings(chosen)
