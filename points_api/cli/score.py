"""`points score`: score and explanation from a file of records; no database, no settings."""

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from points_api.cli.terminal import fail, out, print_json
from scoring.catalog_files import shipped_catalog
from scoring.engine import Score, score
from scoring.outlook import next_change
from scoring.reasons import reasons, sentence
from scoring.records import Record
from scoring.scorecard import Scorecard, points_text
from scoring.scorecard_files import (
    ScorecardError,
    in_force,
    load_scorecard,
    record_of,
    shipped_scorecards,
)
from scoring.scorecard_shapes import ExampleRecord

app = typer.Typer()


@app.command("score")
def score_file(
    records: Annotated[
        Path, typer.Option(help="JSON or CSV: item, occurred_on, level, quantity, …")
    ],
    scorecard: Annotated[
        Path | None, typer.Option(help="A scorecard file; else the one in force.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; else today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Score one person from a file: 从文件算分，不用数据库."""
    from points_api.clock import today

    day = as_of.date() if as_of else today()
    try:
        card = load_scorecard(scorecard) if scorecard else in_force(shipped_scorecards(), day)
    except (ScorecardError, LookupError, OSError) as error:
        fail(str(error))
    person = _read(records, day)
    result = score(person, card, day)
    if as_json:
        print_json(document(result, person, card))
    else:
        _show(result, person, card)


def document(result: Score, person: list[Record], card: Scorecard) -> dict[str, Any]:
    """The score and its explanation as plain JSON types."""
    change = next_change(person, card, result.on)
    return {
        "city": card.city,
        "score": points_text(result.value),
        "band": {"id": result.band.id, "name": result.band.name},
        "as_of": result.on.isoformat(),
        "scorecard": card.version,
        "base": points_text(result.base),
        "dimensions": [
            {
                "id": d.dimension.id,
                "name": d.dimension.name,
                "points": points_text(d.points),
                "floor": points_text(d.dimension.floor),
                "ceiling": points_text(d.dimension.ceiling),
            }
            for d in result.dimensions
        ],
        "reasons": [
            {
                "points": points_text(reason.points),
                "zh": sentence(reason, "zh"),
                "en": sentence(reason, "en"),
            }
            for reason in reasons(result)
        ],
        "next_change_on": change and change.isoformat(),
        "records_digest": result.records_digest,
    }


def _read(path: Path, day: date) -> list[Record]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = (
            list(csv.DictReader(text.splitlines())) if path.suffix == ".csv" else json.loads(text)
        )
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8 (not UTF-8: save it as UTF-8)")
    except json.JSONDecodeError as error:
        fail(f"{path}: line {error.lineno}: 不是有效的 JSON (not valid JSON): {error.msg}")
    rows = rows.get("records") if isinstance(rows, dict) else rows
    if not isinstance(rows, list):
        fail(f"{path}: 应为记录的列表 (a list of records is needed)")
    catalog = shipped_catalog()
    person = []
    for n, row in enumerate(rows, start=1):
        try:
            filled = {key: value for key, value in dict(row).items() if value not in ("", None)}
            parsed = ExampleRecord.model_validate(filled)
            person.append(record_of(parsed, catalog, day, f"record-{n}"))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            fail(f"{path}: 第 {n} 条 (record {n}): {where}: {first['msg']}")
        except (ValueError, TypeError) as error:
            fail(f"{path}: 第 {n} 条 (record {n}): {error}")
    return person


def _show(result: Score, person: list[Record], card: Scorecard) -> None:
    out.print(
        f"[bold]{points_text(result.value)}[/bold] {result.band.name} {result.band.name_en} · "
        f"{result.on.isoformat()} · {card.version}（{card.basis}）"
    )
    out.print(f"{points_text(result.base):>6}  基础分 base")
    for reason in reasons(result):
        out.print(
            f"{points_text(reason.points):>6}  {sentence(reason, 'zh')}｜{sentence(reason, 'en')}",
            markup=False,
        )
    change = next_change(person, card, result.on)
    if change:
        out.print(f"下一次变化 next change: {change.isoformat()}")
