"""`points ingest`: take agencies' files in; each refused row is told with column and reason."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from points_api.cli.terminal import err, out, print_json, progress

if TYPE_CHECKING:
    from points_api.deliveries.service import Deliveries, Outcome
    from points_api.settings import Settings

app = typer.Typer()
_SHOWN = 20  # refused rows on the screen; the error file has all of them


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="CSV（UTF-8、GB18030）或 XLSX 文件 · files.")],
    item: Annotated[
        str | None,
        typer.Option(
            help="目录编码，文件里看不出时 · catalog code, where the file leaves it open."
        ),
    ] = None,
    errors: Annotated[
        Path | None,
        typer.Option(help="退回的行写到这里，改好再送 · refused rows, to correct and send again."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="输出 JSON，每份文件一项 · a JSON list, one object per file."),
    ] = False,
) -> None:
    """报送入库 · Take agencies' files in.

    退出码 0 全部接收，1 有退回的行，2 读不了。

    Exit codes: 0 all accepted, 1 some rows refused, 2 unreadable.
    """
    from points_api.cli.service import prepared

    results = asyncio.run(_ingest(prepared(), files, item, errors))
    if as_json:
        print_json(results)
    else:
        for result in results:
            _show(result)
    if any("refused" in result for result in results):
        raise typer.Exit(2)
    raise typer.Exit(1 if any(result["rejected"] for result in results) else 0)


async def _ingest(
    settings: "Settings", files: Sequence[Path], item: str | None, errors: Path | None
) -> list[dict[str, Any]]:
    from points_api.composition import composed

    results = []
    async with composed(settings) as parts:
        for path in files:
            target = errors and (errors if len(files) == 1 else _beside(errors, path))
            with progress(path.name) as meter:
                results.append(await _one(parts.deliveries, path, item, target, meter))
    return results


async def _one(
    deliveries: "Deliveries", path: Path, item: str | None, errors: Path | None, progress: Any
) -> dict[str, Any]:
    from points_api.deliveries.verdicts import FileRefused

    said: dict[str, Any] = {"file": str(path)}
    try:
        outcome = await deliveries.ingest(path, item=item, progress=progress)
    except FileRefused as refusal:
        return said | {"refused": refusal.code, "zh": refusal.text.zh, "en": refusal.text.en}
    except OSError as error:
        why = error.strerror or error
        return said | {
            "refused": "unreadable",
            "zh": f"读不了这个文件，请检查路径与权限（{why}）",
            "en": f"The file cannot be read: check path and permissions ({why})",
        }
    if errors is not None and outcome.rejected:
        delivery = await deliveries.find(outcome.delivery_id)
        with errors.open("w", encoding="utf-8", newline="") as file:
            async for text in deliveries.errors(delivery, "zh"):
                file.write(text)
        said["errors"] = str(errors)
    return said | _told(outcome) | {"rows": await _rows(deliveries, outcome)}


def _told(outcome: "Outcome") -> dict[str, Any]:
    names = ("agency", "item", "layout", "total", "accepted", "duplicates", "corrected", "rejected")
    return {
        "delivery_id": str(outcome.delivery_id),
        **{name: getattr(outcome, name) for name in names},
        "repeated": outcome.repeated,
        "quality": outcome.report,
    }


async def _rows(deliveries: "Deliveries", outcome: "Outcome") -> list[dict[str, Any]]:
    """The first refused rows, each with column, code and reason."""
    from points_api.deliveries.models import DeliveryError
    from points_api.deliveries.verdicts import reason

    layout = deliveries.layout_of(await deliveries.find(outcome.delivery_id))
    columns = {column.code: column for column in layout.columns}
    found = DeliveryError.filter(delivery_id=outcome.delivery_id).order_by("row_no", "id")
    told = []
    for error in await found.limit(_SHOWN):
        column = columns.get(error.column)
        text = reason(error.code, column)
        named = {"column": column.name if column else "", "code": error.code}
        told.append({"row": error.row_no, **named, "zh": text.zh, "en": text.en})
    return told


def _show(result: dict[str, Any]) -> None:
    name = Path(result["file"]).name
    if "refused" in result:
        err.print(f"{name}: {result['zh']} ({result['en']})", markup=False, soft_wrap=True)
        return
    again = "（此前已接收，未重复处理 taken in before）" if result["repeated"] else ""
    out.print(
        f"{name}: {result['total']} 行，收下 {result['accepted']}，更正 {result['corrected']}，"
        f"重复 {result['duplicates']}，拒收 {result['rejected']}{again} "
        f"(rows {result['total']}: taken in {result['accepted']}, corrected {result['corrected']}, "
        f"repeated {result['duplicates']}, refused {result['rejected']})",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    for row in result["rows"]:
        out.print(
            f"  第 {row['row']} 行 (row) {row['column']}: "
            f"{row['zh']} ({row['en']}) [{row['code']}]",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    more = result["rejected"] - len({row["row"] for row in result["rows"]})
    if more > 0:
        out.print(
            f"  …… 还有 {more} 行；用 --errors 导出全部 ({more} more: --errors writes all)",
            soft_wrap=True,
        )
    if "errors" in result:
        out.print(
            f"  改正后可直接再报送 (correct and send again): {result['errors']}",
            markup=False, soft_wrap=True,
        )  # fmt: skip


def _beside(errors: Path, path: Path) -> Path:
    return errors.with_name(f"{errors.stem}-{path.stem}{errors.suffix}")
