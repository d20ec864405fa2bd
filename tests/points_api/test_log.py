import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api import log

CANARIES = (
    "42020019900101001X",
    "42020019900101001x",
    "420200900101001",
    "张三丰",
    "13812345678",
    "oABCD-1234567890_abcdefghijk",
)
ROOT = Path(__file__).parents[2]
DELIVERY = UUID("0199a3b2-0000-7000-8000-000000000001")


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure("DEBUG", stream)
    yield stream
    log.configure("WARNING")
    root.handlers[:], root.level = before


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_says_when_how_grave_who_and_what(out):
    log.get("deliveries").info("delivery.done", delivery=DELIVERY, rows=120, as_of=date(2026, 1, 2))
    [line] = lines(out)
    assert line.pop("at")
    assert line == {
        "level": "info",
        "part": "deliveries",
        "event": "delivery.done",
        "delivery": str(DELIVERY),
        "rows": 120,
        "as_of": "2026-01-02",
    }


@pytest.mark.parametrize("canary", CANARIES)
def test_planted_personal_data_never_comes_out(out, canary):
    def fail() -> None:
        raise ValueError(f"bad value {canary}")

    logger = log.get("canary")
    for name in log.ALLOWED:
        logger.info("planted", **{name: canary})
        logger.info("planted", **{name: [canary]})
        logger.info("planted", **{name: {canary: canary}})
    logger.info(f"resident {canary} joined")  # noqa: G004 - the mistake that is tried here
    logger.info(canary)
    logger.warning("planted", id_number=canary, name=canary, **{canary: 1})
    logger.bind(openid=canary).error("planted")
    try:
        fail()
    except ValueError as error:
        logger.exception("planted")
        logger.warning("planted", exc_info=error)
        logging.getLogger("asyncpg").exception("could not store %s", canary)
    logging.getLogger("tortoise.db_client").debug(f"INSERT {canary}")  # noqa: G004 - as above
    logging.getLogger("tortoise.db_client").debug("INSERT %s", canary)
    logging.getLogger("uvicorn.error").info("client sent %s", canary)
    logging.getLogger("uvicorn.error").info(f"client sent {canary}")  # noqa: G004 - as above
    logging.getLogger("uvicorn.access").info('%s - "GET %s"', "10.0.0.1", canary)
    text = out.getvalue()
    assert text.count("\n") > 3 * len(log.ALLOWED)
    assert canary not in text
    assert canary not in text.encode().decode("unicode_escape")  # nor escaped


@pytest.mark.parametrize("number", [13812345678, 420200199001010011])
def test_a_phone_passed_as_a_number_is_withheld(out, number):
    log.get("x").info("planted", rows=number, ms=float(number))
    assert str(number)[:11] not in out.getvalue()


@given(st.from_regex(r"[1-9]\d{16}[\dXx]", fullmatch=True), st.sampled_from(sorted(log.ALLOWED)))
def test_no_allowed_field_lets_an_id_number_through(number, field):
    assert log.ALLOWED[field](number) == log.WITHHELD
    assert log.ALLOWED[field](f"a/{number}") == log.WITHHELD


def test_fields_that_are_not_on_the_list_are_counted_and_not_named(out):
    log.get("x").info("planted", surname="li", given="si", rows=1)
    [line] = lines(out)
    assert line["fields_dropped"] == 2
    assert line["rows"] == 1


def test_an_exception_leaves_its_class_and_its_places(out):
    try:
        json.loads("{")
    except ValueError:
        log.get("x").exception("planted")
    [line] = lines(out)
    assert line["error"] == "JSONDecodeError"
    assert line["level"] == "error"
    places = line["places"]
    assert isinstance(places, list)
    assert places[-1].startswith("json.decoder:")


def test_the_level_is_kept_to_by_us_and_by_libraries(out):
    log.configure("WARNING", out)
    log.get("x").info("quiet")
    logging.getLogger("tortoise").info("quiet")
    log.request("GET", "/v1/me/score", 200, 0.001)
    assert out.getvalue() == ""


def test_an_announcement_is_heard_at_every_level(out):
    log.configure("ERROR", out)
    log.announce("警告：正在使用开发密钥")
    [line] = lines(out)
    assert (line["event"], line["text"]) == ("announcement", "警告：正在使用开发密钥")
    assert "警告" in out.getvalue()


def test_an_announcement_on_a_terminal_is_the_sentence_alone(out):
    out.isatty = lambda: True
    log.configure("ERROR", out)
    log.announce("警告：正在使用开发密钥")
    assert out.getvalue() == "警告：正在使用开发密钥\n"


def test_before_it_is_configured_the_log_is_already_safe():
    code = (
        "from points_api import log\n"
        "log.get('x').warning('planted', name='张三丰', rows=1)\n"
        "log.get('x').info('quiet')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stderr)["fields_dropped"] == 1
    assert done.stdout == ""


def test_lines_of_one_request_carry_its_id(out):
    token = log.request_id.set("0" * 32)
    log.get("x").info("inside")
    log.request("GET", "/v1/me/score", 200, 0.00123)
    log.request_id.reset(token)
    log.get("x").info("outside")
    inside, request, outside = lines(out)
    assert inside["request_id"] == request["request_id"] == "0" * 32
    assert (request["route"], request["status"], request["duration_ms"]) == (
        "/v1/me/score",
        200,
        1.23,
    )
    assert "request_id" not in outside
