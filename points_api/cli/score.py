"""`points score`: score and explanation from a file of records; no database, no settings."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from points_api.cli.terminal import fail, out, print_json, say

if TYPE_CHECKING:
    from scoring.records import Record
    from scoring.score import Score
    from scoring.scorecard import Scorecard

app = typer.Typer()


@app.command("score")
def score_file(
    records: Annotated[
        Path, typer.Option(help="记录文件 · JSON or CSV: item, occurred_on, level, quantity, …")
    ],
    scorecard: Annotated[
        Path | None, typer.Option(help="评分卡，默认现行的 · a scorecard; else the one in force.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="日期，默认今天 · the day; else today."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """从文件算分，不用数据库 · Score one person from a file, without a database."""
    from points_api.cli.record_file import read_records
    from points_api.clock import today
    from scoring.engine import score
    from scoring.scorecard_files import in_force, load_scorecard, shipped_scorecards

    day = as_of.date() if as_of else today()
    try:
        card = load_scorecard(scorecard) if scorecard else in_force(shipped_scorecards(), day)
    except LookupError:
        fail("--as-of: 那天还没有评分卡，请选晚些的日子 (no scorecard yet; choose a later day)")
    person = read_records(records, day)
    result = score(person, card, day)
    if as_json:
        print_json(document(result, person, card))
    else:
        _show(result, person, card)


def document(result: "Score", person: "list[Record]", card: "Scorecard") -> dict[str, Any]:
    """The score and its explanation as plain JSON types."""
    from scoring.outlook import next_change
    from scoring.reasons import reasons, sentence
    from scoring.scorecard import points_text

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


def _show(result: "Score", person: "list[Record]", card: "Scorecard") -> None:
    from scoring.outlook import next_change
    from scoring.reasons import reasons, sentence
    from scoring.scorecard import points_text

    out.print(
        f"[bold]{points_text(result.value)}[/bold] {result.band.name} {result.band.name_en} · "
        f"{result.on.isoformat()} · {card.version}（{card.basis}）"
    )
    out.print(f"{points_text(result.base):>6}  基础分 base")
    for reason in reasons(result):
        say(f"{points_text(reason.points):>6}  {sentence(reason, 'zh')}｜{sentence(reason, 'en')}")
    change = next_change(person, card, result.on)
    if change:
        out.print(f"下一次变化 next change: {change.isoformat()}")
