"""`points proof-request`, `points verify-proof`: a merchant's yes or no without a network.

Nothing here but reading files: what is refused, and why, is `interop.proof`.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from points_api.cli.terminal import err, fail, print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from interop.keys import Keys
    from interop.proof import Expected, Proven, StatusList
    from interop.refusals import Refused

app = typer.Typer()
WITHOUT = (
    "没有查状态列表：刚被撤销的证明也会通过，最长一天 "
    "(no status list was asked: a proof that was just revoked passes, for a day at most)"
)
Json = Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")]


@app.command("proof-request")
def proof_request(
    audience: Annotated[str, typer.Option(help="商户编号 · the merchant's number.")],
    scenario: Annotated[str, typer.Option(help="场景 · the scenario's id.")],
) -> None:
    """出示给来人的请求，一次一用 · Print what to show a visitor, with a nonce for one use."""
    import secrets

    from interop.proof import asking
    from interop.refusals import Refused

    try:
        say(asking.ask(audience, scenario, secrets.token_bytes).decode())
    except Refused as refused:
        fail(f"--{refused.detail}: 只用字母、数字和连字符 (letters, digits and hyphens only)")


@app.command("verify-proof")
def verify_proof(
    file: Annotated[Path, typer.Argument(help="出示的证明，- 为标准输入 · what was shown.")],
    request: Annotated[Path, typer.Option(help="proof-request 所印 · as it was printed.")],
    directory: Annotated[
        Path | None, typer.Option(help="成员名录首版 · the member directory's first edition.")
    ] = None,
    digest: Annotated[str, typer.Option(help="该版的摘要 · its digest, as agreed on.")] = "",
    keys: Annotated[
        Path | None, typer.Option(help="或者：/v1/proofs/keys 的文件 · or the issuer's key set.")
    ] = None,
    status_list: Annotated[
        list[Path] | None, typer.Option(help="/v1/proofs/status/… 的文件 · status lists.")
    ] = None,
    without_status: Annotated[
        bool, typer.Option("--without-status", help="不查状态 · do without, at a risk.")
    ] = False,
    json: Json = False,
) -> None:
    """离线核验；退出码 0 可以，1 不行，2 没核 · Check a proof offline; exit 0 yes, 1 no, 2 not."""
    from interop.refusals import Refused
    from points_api import clock

    if bool(status_list) == without_status:
        fail(
            "请给 --status-list（下载后五分钟内有效），或者写明 --without-status "
            "(give --status-list, good for five minutes, or say --without-status)"
        )
    asked, shown = _asked(request, status=not without_status), _text(file)
    if without_status:
        err.print(WITHOUT, style="yellow" if err.is_terminal else None, soft_wrap=True)
    now = clock.now()
    try:
        trusted = _trusted(keys, directory, digest, now)
        proven = _verified(shown, asked, trusted, status_list or [], now)
    except Refused as refused:
        _tell_no(refused, json=json)
        raise typer.Exit(1) from None
    _tell_yes(proven, json=json, status=not without_status)


def _verified(
    shown: str, asked: "Expected", trusted: "Keys", files: "Sequence[Path]", now: "datetime"
) -> "Proven":
    from interop import proof

    lists = [_list(file, trusted, now) for file in files]
    return proof.verify(shown, asked, trusted, {one.uri: one for one in lists}, now)


def _list(file: Path, trusted: "Keys", now: "datetime") -> "StatusList":
    """A list under the address that it names itself, which its city has signed."""
    from interop import jws
    from interop.proof import status_list
    from interop.refusals import Malformed

    token = _text(file)
    uri = jws.read(token, status_list.TYPE, status_list.LONGEST_TOKEN).claims.get("sub")
    if not isinstance(uri, str):
        raise Malformed("sub")
    return status_list.read(token, uri, trusted, now)


def _trusted(keys: Path | None, directory: Path | None, digest: str, now: "datetime") -> "Keys":
    from interop import key_set

    if directory is not None and keys is None and digest:
        return _listed(directory, digest, now)
    if keys is None or directory is not None:
        mend = "(give --directory with --digest, or --keys)"
        fail(f"请给 --directory 和 --digest，或者给 --keys {mend}")
    return key_set.read(keys.read_bytes())


def _listed(first: Path, digest: str, now: "datetime") -> "Keys":
    """The members, following the editions that lie beside the first one."""
    from interop.directory import begin, follow

    trusted, number = begin(first.read_bytes(), digest), 2
    while (edition := first.with_name(f"{first.stem}-{number}{first.suffix}")).is_file():
        trusted, number = follow(trusted, [edition.read_bytes()], now), number + 1
    return trusted.at(now)


def _asked(request: Path, *, status: bool) -> "Expected":
    from interop.proof import asking
    from interop.refusals import Refused

    try:
        return asking.expected(_text(request).encode(), status=status)
    except Refused:
        fail(f"{request}: 不是 points proof-request 所印的内容 (not what proof-request prints)")


def _text(file: Path) -> str:
    plain = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return plain.decode("utf-8", "replace").strip()


def _tell_yes(proven: "Proven", *, json: bool, status: bool) -> None:
    from datetime import UTC, datetime

    until = datetime.fromtimestamp(proven.expires, UTC).isoformat()
    said: dict[str, Any] = {
        "proven": True, "city": proven.city, "scenario": proven.scenario, "expires_at": until,
        "status_checked": status,
    }  # fmt: skip
    if json:
        print_json(said)
        return
    say(f"是 (yes): {proven.scenario}，由 {proven.city} 签发 (issued by)")


def _tell_no(refused: "Refused", *, json: bool) -> None:
    from points_api.cli.refusal_words import in_chinese

    zh, en = in_chinese(refused), str(refused)
    if json:
        print_json({"proven": False, "reason": refused.reason, "zh": zh, "en": en})
        return
    say(f"否 (no)：{zh} ({en})")
    say("这不等于对方不符合条件；请按普通服务办理 (not that they do not qualify: serve as ever)")
