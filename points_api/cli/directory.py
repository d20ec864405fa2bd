"""`points cities changes`: what a newer edition of the directory changes, before it counts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from points_api.cli.terminal import fail, out, print_json, say

if TYPE_CHECKING:
    from interop.directory import Trusted
    from interop.directory_changes import Kind

KINDS: Final[dict["Kind", str]] = {
    "joined": "加入 joins",
    "left": "退出 leaves",
    "address": "地址改为 is now at",
    "name": "名称改为 is now named",
    "area": "新增地区 also speaks for",
    "area-left": "不再代表地区 no longer speaks for",
    "purpose": "新增用途 also takes part in",
    "purpose-left": "不再参与用途 no longer takes part in",
    "key": "新增密钥 new key",
    "key-left": "撤下密钥 key taken out",
    "root": "新增签署人 new root",
    "root-left": "撤下签署人 root taken out",
    "threshold": "签署人数改为 roots that have to sign, now",
}


def changes(
    before: Annotated[Path, typer.Argument(help="已信任的一期 · the edition that is trusted.")],
    after: Annotated[Path, typer.Argument(help="新的一期 · the next edition.")],
    as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 值 · one JSON value.")] = False,
) -> None:
    """新一期名录改了什么 · Check that an edition follows another, and tell what differs.

    1 where it does not follow: an unknown signer, a gap, a roll-back.
    """
    from interop.directory_changes import changes as changes_of

    old, new = _followed(before, after)
    found = changes_of(old.directory, new.directory)
    if as_json:
        print_json({
            "from": old.directory.version, "to": new.directory.version, "digest": new.digest,
            "changes": [{"city": one.city, "kind": one.kind, "what": one.what} for one in found],
        })  # fmt: skip
        return
    if new.digest == old.digest:
        say(f"两个文件是同一期，第 {old.directory.version} 期 (both files are the same edition)")
        return
    say(
        f"第 {old.directory.version} 期 → 第 {new.directory.version} 期，签署有效 "
        f"(editions; signed as they have to be)\n摘要 (digest) {new.digest}"
    )
    if not found:
        say("只有期号和日期不同 (only number and dates differ)")
        return
    from rich.table import Table

    grid = Table()
    for heading in ("成员 member", "变化 change", ""):
        grid.add_column(heading, overflow="fold")
    for one in found:
        grid.add_row(one.city or "名录 directory", KINDS[one.kind], one.what)
    out.print(grid)


def _followed(before: Path, after: Path) -> "tuple[Trusted, Trusted]":
    from interop.directory import begin, digest_of, trail
    from interop.refusals import Refused
    from points_api.cli.refusal_words import in_chinese

    file = before
    try:
        known = file.read_bytes()
        old = begin(known, digest_of(known))
        file = after
        *_, new = trail(old, [file.read_bytes()])
    except Refused as refused:
        fail(f"{file}: {in_chinese(refused)} ({refused})", 1)
    return old, new
