from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from points_api.validation import field_problem

SECRET = "42020019900101001X"  # what a caller typed in a wrong place


class Color(Enum):
    RED = "red"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id_number: int
    line_2: int = 0


class Outer(BaseModel):
    people: list[Inner]


def failures(kind: Any, value: object, strict: bool = False) -> list[ErrorDetails]:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value, strict=strict)
    return refused.value.errors()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (int, SECRET, "whole number"),
        (int, 1.5, "whole number"),
        (Decimal, SECRET, "number"),
        (Annotated[Decimal, Field(decimal_places=1)], "1.25", "At most 1 decimals"),
        (float, SECRET, "number"),
        (bool, SECRET, "true or false"),
        (date, SECRET, "2026-01-31"),
        (datetime, SECRET, "with offset"),
        (AwareDatetime, "2026-01-31T08:00:00", "with offset"),
        (UUID, SECRET, "UUID"),
        (Literal["zh", "en"], SECRET, "zh, en"),
        (Color, SECRET, "red"),
        (str, 1, "text"),
        (Annotated[str, Field(min_length=30)], SECRET, "At least 30 characters"),
        (Annotated[str, Field(max_length=3)], SECRET, "At most 3 characters"),
        (Annotated[str, Field(pattern="^a$")], SECRET, "format"),
        (Annotated[list[int], Field(min_length=1)], [], "Entries: at least 1"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "Entries: at most 1"),
        (Annotated[int, Field(gt=3)], 3, "greater than 3"),
        (Annotated[int, Field(ge=3)], 2, "at least 3"),
        (Annotated[int, Field(lt=3)], 3, "less than 3"),
        (Annotated[int, Field(le=3)], 4, "at most 3"),
        (list[int], SECRET, "array"),
        (dict[str, int], SECRET, "object"),
        (Inner, SECRET, "object"),
        (bytes, 1, "Not acceptable"),
    ],
)
def test_each_kind_of_mistake_has_plain_words_in_both_languages(kind, value, words):
    [error] = failures(kind, value)
    located = {**error, "loc": ("query", "field")}
    english, chinese = field_problem(located, "en"), field_problem(located, "zh")
    assert words in english["message"]
    assert chinese["message"] != english["message"]
    assert english["code"] == chinese["code"]
    assert SECRET not in str(english) + str(chinese)


def test_the_pointer_leads_through_lists_to_the_field():
    errors = failures(Outer, {"people": [{"id_number": 1}, {"id_number": "x", "line_2": "y"}]})
    told = [field_problem({**error, "loc": ("body", *error["loc"])}, "zh") for error in errors]
    assert [entry["pointer"] for entry in told] == ["#/people/1/id_number", "#/people/1/line_2"]
    assert {entry["source"] for entry in told} == {"body"}


@pytest.mark.parametrize(
    "name", [SECRET, "张三", "oABCD1234567890abcdefghijklm", "a~b/c", "x" * 50]
)
def test_a_field_that_the_caller_made_up_is_not_repeated(name):
    [error] = failures(Inner, {"id_number": 1, name: 2})
    told = field_problem({**error, "loc": ("body", *error["loc"])}, "en")
    assert told["pointer"] == "#/…"
    assert name not in str(told)


@pytest.mark.parametrize("sent", ['{"people": []}', [], None])
def test_a_body_that_is_no_object_is_told_which_header_makes_it_one(sent):
    [error] = failures(Outer, sent)
    told = field_problem(error | {"loc": ("body",)}, "en")
    assert "Content-Type: application/json" in told["message"]
    inside = field_problem(error | {"loc": ("body", "people")}, "en")
    assert inside["message"] == "Must be an object"
