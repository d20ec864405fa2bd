"""What a failed check of the input says to a person: where, which code, and plain words.

Pydantic's own errors repeat the offending input, which may be somebody's ID number. Here only
the place, a code and a sentence leave the process. Even the place is filtered, because an unknown
field is named by the caller; what it may have been meant for is a name of ours.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, TypedDict

from points_api.language import Language, Text

# A field of ours is snake_case (headers: with hyphens); anything else was made up by the caller.
_OUR_NAME = re.compile(r"[a-z_][a-z_-]{0,39}[0-9]{0,2}")


class FieldError(ValueError):
    """Raised by a validator of ours: a stable code and a sentence that tells the mend.

    The sentence must not contain the value.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


class FieldProblem(TypedDict):
    """One entry of the `errors` member of an `invalid-request` problem."""

    source: str
    """body, query, path, header or cookie."""
    pointer: str
    """RFC 6901, as a URI fragment."""
    code: str
    message: str


class Wanted(NamedTuple):
    """The JSON schema of what was to be sent, and the body that was; None beside the body."""

    schema: Mapping[str, Any]
    body: object = None


def field_problem(
    error: Mapping[str, Any], language: Language, wanted: Wanted | None = None
) -> FieldProblem:
    """Explain one entry of Pydantic's `errors()`; `wanted` tells what a field was meant for."""
    source, *place = error["loc"] or ("body",)
    code, text = _said(error["type"], error.get("ctx") or {})
    if source == "body" and not place and code in _NO_OBJECT:
        text = _NO_BODY
    if code == "json_invalid":
        place = []  # Pydantic puts the offset in the place of a field
    elif wanted is not None:
        if source == "body":
            place = list(_inside(wanted.body, place, code))
        text = _mended(code, place, wanted.schema) or text
    return FieldProblem(
        source=str(source),
        pointer="#" + "".join(f"/{_shown(part)}" for part in place),
        code=code,
        message=text.say(language),
    )


def _mended(code: str, place: Sequence[object], schema: Mapping[str, Any]) -> Text | None:
    """The sentence that names what is ours: the field nearly meant, or how a value looks."""
    if code == "extra_forbidden":
        names = _names(schema, place[:-1]) - {place[-1]}
        near = get_close_matches(str(place[-1]), names, 1)
        few = 0 < len(names) <= _FEW
        told = _KNOWN.fill(names=", ".join(sorted(names))) if few else None
        return _PERHAPS.fill(near=near[0]) if near else told
    if code in _EXEMPLIFIED and (example := _example(schema, place)):
        return _EXEMPLIFIED[code].fill(example=example)
    return None


def _inside(sent: object, place: Sequence[object], code: str) -> Iterator[object]:
    """The place without what is not in the body: Pydantic also names the shape that it took."""
    for n, part in enumerate(place, start=1):
        found, sent = _step(sent, part)
        if found or (n == len(place) and code == "missing"):
            yield part


def _step(sent: object, part: object) -> tuple[bool, object]:
    if isinstance(sent, Mapping) and part in sent:
        return True, sent[part]
    if isinstance(sent, Sequence) and not isinstance(sent, str) and isinstance(part, int):
        return True, sent[part]
    return False, sent


def _names(schema: Mapping[str, Any], place: Iterable[object]) -> set[str]:
    """The fields that may stand in this place."""
    return {field for one in _shapes(schema, place) for field in one.get("properties", ())}


def _example(schema: Mapping[str, Any], place: Iterable[object]) -> str | None:
    """How a value in this place is written."""
    examples = (example for one in _shapes(schema, place) for example in one.get("examples", ()))
    return next(map(str, examples), None)


def _shapes(schema: Mapping[str, Any], place: Iterable[object]) -> list[Mapping[str, Any]]:
    """What may stand in this place, by the schema."""
    here = [*_opened(schema, schema)]
    for part in place:
        inner = [one.get("properties", {}).get(part) or one.get("items") for one in here]
        here = [shape for one in inner if one for shape in _opened(one, schema)]
    return here


def _opened(shape: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A shape, and those of which it may be any."""
    if "$ref" in shape:
        shape = schema["$defs"][shape["$ref"].rpartition("/")[2]]
    choices = [*shape.get("anyOf", ()), *shape.get("oneOf", ())]
    yield shape
    for one in choices:
        yield from _opened(one, schema)


def _shown(part: object) -> str:
    if isinstance(part, int):
        return str(part)
    return part if isinstance(part, str) and _OUR_NAME.fullmatch(part) else "…"


def _said(kind: str, context: Mapping[str, Any]) -> tuple[str, Text]:
    ours = context.get("error")
    if isinstance(ours, FieldError):
        return ours.code, ours.text
    for pattern, text in _MESSAGES:
        if pattern.fullmatch(kind):
            told = {name: context.get(name, "") for name in _LIMITS}
            # As Pydantic has it: 'manager', 'cashier' or 'system'.
            told["expected"] = str(told["expected"]).replace("'", "").replace(" or ", ", ")
            return kind, text.fill(**told)
    return kind, _OTHERWISE


_LIMITS = ("min_length", "max_length", "gt", "ge", "lt", "le", "expected", "decimal_places")

# Read from the top; `expected`, the limits and lengths come from our schema, never from the input.
_MESSAGES = [
    (re.compile(pattern), Text(zh, en))
    for pattern, zh, en in (
        ("missing.*", "缺少这个字段，请补上", "This field is missing; add it"),
        (
            "needs_one_of",
            "应为对象，带其中一个字段：{expected}",
            "Must be an object with one of the fields: {expected}",
        ),
        ("extra_forbidden", "没有这个字段，请去掉", "There is no such field; remove it"),
        ("json_invalid", "请求体不是合法的 JSON", "The body is not valid JSON"),
        ("literal_error|enum", "只能是：{expected}", "Must be one of: {expected}"),
        ("string_too_short", "至少 {min_length} 个字符", "At least {min_length} characters"),
        ("string_too_long", "最多 {max_length} 个字符", "At most {max_length} characters"),
        ("too_short", "至少 {min_length} 项", "Entries: at least {min_length}"),
        ("too_long", "最多 {max_length} 项", "Entries: at most {max_length}"),
        ("string_pattern_mismatch", "格式不对", "Not in the expected format"),
        ("string_.*", "应为文字", "Must be text"),
        ("int_.*", "应为整数", "Must be a whole number"),
        ("decimal_max_places", "最多 {decimal_places} 位小数", "At most {decimal_places} decimals"),
        ("(decimal|float)_.*|finite_number", "应为数字", "Must be a number"),
        ("bool_.*", "应为 true 或 false", "Must be true or false"),
        ("date_.*", "应为日期，写作 2026-01-31", "Must be a date written 2026-01-31"),
        (
            "datetime_.*|timezone_.*",
            "应为带时区的时间，写作 2026-01-31T08:00:00+08:00",
            "Must be a time with offset written 2026-01-31T08:00:00+08:00",
        ),
        ("uuid_.*", "应为 UUID", "Must be a UUID"),
        ("greater_than", "应大于 {gt}", "Must be greater than {gt}"),
        ("greater_than_equal", "不得小于 {ge}", "Must be at least {ge}"),
        ("less_than", "应小于 {lt}", "Must be less than {lt}"),
        ("less_than_equal", "不得大于 {le}", "Must be at most {le}"),
        ("(list|tuple|set)_type", "应为数组", "Must be an array"),
        ("(dict|model|dataclass).*_type", "应为对象", "Must be an object"),
    )
]
_NO_OBJECT = {"missing", "model_type", "model_attributes_type", "dict_type"}
_NO_BODY = Text(
    "应为 JSON 对象，请求头带 Content-Type: application/json",
    "Must be a JSON object, with the header Content-Type: application/json",
)
_PERHAPS = Text("没有这个字段；是否：{near}", "There is no such field; perhaps {near}")
_KNOWN = Text("没有这个字段；可用的有：{names}", "There is no such field; there are {names}")
_FEW = 12  # more names than that help nobody
_EXEMPLIFIED = {
    "string_pattern_mismatch": Text(
        "格式不对，写作如 {example}", "Not in the expected format; write it as {example}"
    ),
    "string_type": Text('应为文字，写作如 "{example}"', 'Must be text, written as "{example}"'),
}
_OTHERWISE = Text("不符合要求", "Not acceptable")
