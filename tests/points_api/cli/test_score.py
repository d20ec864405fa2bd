"""`points score`: anybody can recompute a score from a file, and gets the same bytes."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest
from typer.testing import CliRunner

from points_api.__main__ import app
from scoring.engine import score
from scoring.records import Record
from scoring.scorecard import points_text
from scoring.scorecard_files import SHIPPED, in_force, shipped_scorecards

DAY = date(2026, 6, 1)
RECORDS: list[dict[str, object]] = [
    {"item": "volunteer.hours", "occurred_on": "2026-03-02", "quantity": 12.5},
    {"item": "penalty.market", "occurred_on": "2026-05-01", "level": "serious",
     "document_no": "黄市监罚〔2026〕7号"},
]  # fmt: skip
CSV = (
    "item,occurred_on,level,quantity,document_no\n"
    "volunteer.hours,2026-03-02,,12.5,\n"
    "penalty.market,2026-05-01,serious,,黄市监罚〔2026〕7号\n"
)


def points(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def file(tmp_path):
    def write(content, name="records.json"):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_bytes(text.encode())
        return path

    return write


def refused(path):
    """The one line that says what is wrong with a file."""
    result = points("score", "--records", path, "--as-of", DAY)
    assert result.exit_code == 2, result.stdout
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def test_the_score_is_the_calculator_s_and_the_reasons_add_up(file):
    result = points("score", "--records", file(RECORDS), "--as-of", DAY, "--json")
    document = json.loads(result.stdout)
    facts = [
        Record("record-1", "volunteer.hours", date(2026, 3, 2), date(2026, 3, 2), quantity=1250),
        Record(
            "黄市监罚〔2026〕7号", "penalty.market", date(2026, 5, 1), date(2026, 5, 1), "serious"
        ),
    ]
    card = in_force(shipped_scorecards(), DAY)
    assert document["score"] == points_text(score(facts, card, DAY).value)
    assert (document["as_of"], document["scorecard"]) == ("2026-06-01", card.version)
    thousandths = sum(round(1000 * float(reason["points"])) for reason in document["reasons"])
    total = round(1000 * float(document["score"])) - round(1000 * float(document["base"]))
    assert thousandths == total


def test_without_json_people_read_the_same_in_both_languages(file):
    result = points("score", "--records", file(RECORDS), "--as-of", DAY)
    assert result.exit_code == 0
    assert "成长中 Growing" in result.stdout
    assert "志愿服务时长" in result.stdout
    assert "Volunteer hours" in result.stdout


@pytest.mark.parametrize("content", [CSV, "\ufeff" + CSV, CSV.replace("\n", "\r\n")])
def test_a_csv_file_gives_the_very_bytes_of_the_json_file(file, content):
    from_json = points("score", "--records", file(RECORDS), "--as-of", DAY, "--json")
    from_csv = points("score", "--records", file(content, "records.CSV"), "--as-of", DAY, "--json")
    assert from_csv.stdout == from_json.stdout != ""


def test_neither_hash_order_nor_time_zone_nor_machine_s_day_changes_a_byte(file):
    path = file(RECORDS)
    said = []
    for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York"), ("77", "UTC")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-m", "points_api", "score", "--records", str(path)]
        command += ["--as-of", "2026-06-01", "--json"]
        said.append(subprocess.run(command, env=env, check=True, capture_output=True).stdout)
    assert len(set(said)) == 1
    assert json.loads(said[0])["records_digest"].startswith("sha256:")


def test_it_needs_neither_database_nor_web_framework_nor_settings(file):
    program = (
        "import sys\n"
        "from points_api.__main__ import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "print(sorted({'tortoise', 'fastapi', 'asyncpg', 'redis', 'points_api.settings'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "score", "--records", str(file(RECORDS)), "--json"]
    env = {**os.environ, "POINTS_DATABASE_URL": "nonsense", "POINTS_SECRET_KEYS": "nonsense"}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["city"] == "huangshi"
    assert done.stderr.strip() == "[]"


def test_a_scorecard_of_one_s_own_is_used_and_a_mistaken_one_refused(file, tmp_path):
    shipped = shipped_scorecards()[0]
    own = tmp_path / "own.toml"
    text = (SHIPPED / f"{shipped.version}.toml").read_text(encoding="utf-8")
    own.write_text(text.replace(shipped.version, "huangshi-own"), encoding="utf-8")
    path = file(RECORDS)
    result = points("score", "--records", path, "--scorecard", own, "--as-of", DAY, "--json")
    assert json.loads(result.stdout)["scorecard"] == "huangshi-own"
    own.write_text("[scorecard]\n", encoding="utf-8")
    result = points("score", "--records", path, "--scorecard", own, "--as-of", DAY)
    assert result.exit_code == 2
    assert all(line.startswith("own.toml: ") for line in result.stderr.splitlines())


def test_a_day_before_the_first_scorecard_is_refused(file):
    result = points("score", "--records", file(RECORDS), "--as-of", "1999-01-01")
    assert result.exit_code == 2
    assert "--as-of" in result.stderr


def test_an_unknown_item_is_answered_with_close_ones_and_not_repeated(file):
    line = refused(file([RECORDS[0], {"item": "penalty.markt", "occurred_on": "2026-05-01"}]))
    assert "record 2" in line
    assert "item: " in line
    assert "penalty.market" in line
    assert "penalty.markt," not in line


@pytest.mark.parametrize("level", [None, "县级", "nonsense"])
def test_a_wrong_level_is_answered_with_the_levels(file, level):
    row = {"item": "penalty.market", "occurred_on": "2026-05-01", "level": level}
    line = refused(file([row]))
    assert "level: " in line
    assert "serious" in line
    assert "nonsense" not in line


def test_a_level_where_there_are_none_is_refused(file):
    assert "level: " in refused(file([{**RECORDS[0], "level": "serious"}]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"occurred_on": "1/5/2026"}, "occurred_on: 日期写作"),
        ({"occurred_on": "2026-02-30"}, "occurred_on: 日期写作"),
        ({"occurred_on": None}, "occurred_on: 必填"),
        ({"ended_on": "2026-03-01"}, "ended_on: 早于"),
        ({"quantity": "many"}, "quantity: 应为数字"),
        ({"quantity": -1}, "quantity: 不能小于 0"),
        ({"quantity": "0.001"}, "quantity: 最小到"),
        ({"quantity": None}, "quantity: 请填数量，单位小时 (give the amount, in hours)"),
        (
            {"item": "penalty.market", "level": "minor", "quantity": "24"},
            "quantity: 这一项没有数量",
        ),
        ({"status": "gone"}, "status: 应为其中之一"),
        ({"colour": "crimson"}, "?: 没有这一列"),
    ],
)
def test_each_mistake_names_its_column_and_the_mend_and_never_the_value(file, changes, said):
    line = refused(file([{**RECORDS[0], **changes}]))
    assert said in line
    assert "record 1" in line
    for value in changes.values():
        assert str(value) == "-1" or f"{value}" not in line


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("[{", "records.json"),
        ('"text"', "records.json"),
        ('{"people": []}', "records.json"),
        ("[1]", "records.json"),
        ("item,occurred_on\nvolunteer.hours,2026-03-02,too,many\n", "records.csv"),
    ],
)
def test_what_is_no_list_of_records_is_refused_in_one_line(file, content, name):
    assert name in refused(file(content, name))


def test_another_encoding_is_named(tmp_path):
    path = tmp_path / "records.csv"
    path.write_bytes(CSV.encode("gb18030"))
    assert "UTF-8" in refused(path)


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path):
    line = refused(tmp_path / "none.json")
    assert "none.json" in line
