"""JSON in the one form that can be signed (RFC 8785), and read so that nothing can hide in it.

Two readers of the same bytes must see the same document. So what RFC 7493 (I-JSON) warns of is
refused on reading: a name twice, half a surrogate pair, whole numbers beyond 2^53, of which two
may be one double.
"""

import json
import math
from collections.abc import Collection
from json.encoder import encode_basestring
from typing import Any, NoReturn

from interop.refusals import Malformed

_MOST = 2**53 - 1  # RFC 7493, 2.2: beyond it a double is not exact
_LONGEST_NUMBER = 32


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of decoded JSON. Raises `Malformed` where there are none.

    >>> canonical({"b": [1.0, True, None], "a": "湖"}).decode()
    '{"a":"湖","b":[1,true,null]}'
    """
    try:
        return _written(value).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("json") from None


def parse(document: bytes) -> Any:
    """Return decoded JSON. Raises `Malformed` for what two readers could read in two ways."""
    try:
        value = json.loads(
            document.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if b"\\u" in document:
        canonical(value)  # half a surrogate pair can only be escaped, and is found here
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise Malformed("json: a name stands twice")
    return names


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER or abs(int(text)) > _MOST:
        raise Malformed("json: a number out of range")
    return int(text)


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("json: a number out of range")
    return number


def _no_number(_: str) -> NoReturn:
    raise Malformed("json: not a number")


def _written(value: Any) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case None | bool():
            return "null" if value is None else "true" if value else "false"
        case int():
            return str(_integer(str(value)))
        case float():
            return _number(value)
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
        case dict():
            names = _sorted(value)
            pairs = [f"{encode_basestring(name)}:{_written(value[name])}" for name in names]
            return "{" + ",".join(pairs) + "}"
        case _:
            raise Malformed("json")


def _sorted(names: Collection[str]) -> list[str]:
    """By UTF-16 code units (RFC 8785, 3.2.3), which differs from code points beyond U+FFFF."""
    if "".join(names).isascii():
        return sorted(names)
    return sorted(names, key=lambda name: name.encode("utf-16-be"))


def _number(value: float) -> str:
    """Write a double as ECMAScript does (ECMA-262, Number::toString)."""
    if not math.isfinite(value):
        raise Malformed("json: not a number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, point = _shortest(abs(value))
    if 0 < point <= 21:
        whole, rest = digits[:point].ljust(point, "0"), digits[point:]
        return sign + whole + (f".{rest}" if rest else "")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _shortest(value: float) -> tuple[str, int]:
    """Return the fewest digits that give the value back, and where the decimal point stands."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    return stripped.rstrip("0"), point - (len(digits) - len(stripped))
