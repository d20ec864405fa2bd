"""`points generate`: a synthetic city as the files that agencies would send."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from points_api.cli.terminal import fail, print_json, progress, say

app = typer.Typer()


@app.command()
def generate(
    people: Annotated[int, typer.Option(help="人数 · number of people.")],
    out_dir: Annotated[
        Path, typer.Option("--out", help="新的或空的文件夹 · a new or empty folder.")
    ],
    records: Annotated[
        int | None, typer.Option(help="记录数，默认每人 20 条 · records; else 20 a person.")
    ] = None,
    seed: Annotated[int, typer.Option(help="种子：相同则文件相同 · same seed, same bytes.")] = 1,
    file_format: Annotated[
        Literal["csv", "xlsx", "parquet", "snapshot"],
        typer.Option("--format", help="文件格式 · file format."),
    ] = "csv",
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="数据截止日 · the day the files are made."),
    ] = None,
    spoil: Annotated[
        float, typer.Option(help="故意写错的比例 0–1 · share of rows spoiled on purpose.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object.")] = False,
) -> None:
    """生成模拟城市，全部是测试身份证号 · Make a synthetic city as agency files."""
    from points_api.generate import generate as make

    day = as_of.date() if as_of else date(2026, 9, 30)
    with progress("生成 generating") as meter:
        try:
            made = make(out_dir, people, records, seed, file_format, day, spoil, meter)
        except ValueError as error:
            fail(str(error))
    if as_json:
        print_json(
            {
                "folder": str(made.folder),
                "seed": made.seed,
                "people": made.people,
                "records": made.records,
                "rows": made.rows,
                "spoiled": made.spoiled,
                "files": [entry.file for entry in made.files],
            }
        )
    else:
        say(
            f"{made.folder}: {made.people} 人，{made.records} 条记录，{len(made.files)} 个文件 "
            f"({made.people} people, {made.records} records, {made.rows} rows, "
            f"{made.spoiled} spoiled, {len(made.files)} files)"
        )
