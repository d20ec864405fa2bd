"""The unified social credit code of organisations (GB 32100-2015).

Registration office (1), kind (1), division (6), organisation code (9), check character (1).
The alphabet leaves out I, O, S, V, Z. Letters also stand in the first two places (Y other, N
agriculture, A army), which some libraries refuse. The organisation code inside has a check
character of its own (GB 11714-1997).
"""

import re
from typing import Final, Literal

from points_api.language import Text
from points_api.validation import FieldError

Code = Literal["empty", "length", "characters", "check_character", "organization_code"]

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_ORGANIZATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANIZATION_CHECKS: Final = "0123456789X"
_FORM: Final = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_DRESSING: Final = re.compile(r"[\s\u200b\ufeff'\u2018\u2019`-]+")
# Self-employed people: registers number them in ways of their own, so the inner check is not asked.
_WITHOUT_ORGANIZATION_CHECK: Final = "92"


class CreditCodeError(FieldError):
    """The text is no unified code; `code` says why and the text tells the mend."""

    def __init__(self, code: Code) -> None:
        super().__init__(f"credit_code.{code}", MESSAGES[code])


def normalize(text: str) -> str:
    """Return the code half-width, bare and in capitals."""
    half = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return _DRESSING.sub("", half).upper()


def problem_of(text: str) -> Code | None:
    """Return why the text is no unified code, or None."""
    code = normalize(text)
    if not code:
        return "empty"
    if len(code) != 18:
        return "length"
    if not _FORM.fullmatch(code):
        return "characters"
    if code[17] != check_character(code[:17]):
        return "check_character"
    if not code.startswith(_WITHOUT_ORGANIZATION_CHECK) and not has_organization_check(code[8:17]):
        return "organization_code"
    return None


def parse(text: str) -> str:
    """Return the code as it is stored; raises `CreditCodeError` if it is none."""
    if (problem := problem_of(text)) is not None:
        raise CreditCodeError(problem)
    return normalize(text)


def check_character(first17: str) -> str:
    """Return the check character of the first seventeen (weights 3^i mod 31)."""
    total = sum(w * _VALUES[c] for w, c in zip(_WEIGHTS, first17, strict=True))
    return ALPHABET[-total % 31]


def organization_check_character(first8: str) -> str:
    """Return the check character of an organisation code (GB 11714: MOD 11, 10 is X)."""
    total = sum(w * int(c, 36) for w, c in zip(_ORGANIZATION_WEIGHTS, first8, strict=True))
    return _ORGANIZATION_CHECKS[-total % 11]


def has_organization_check(code9: str) -> bool:
    """Tell whether nine characters are an organisation code."""
    return code9[8] == organization_check_character(code9[:8])


MESSAGES: Final[dict[Code, Text]] = {
    "empty": Text("没有填写统一社会信用代码，请补上", "The unified code is empty; fill it in"),
    "length": Text(
        "统一社会信用代码应为 18 位，请核对位数", "A unified code has 18 characters; count them"
    ),
    "characters": Text(
        "统一社会信用代码只能有数字和大写字母（没有 I、O、S、V、Z），第 3 至 8 位为数字",
        "A unified code has digits and capitals without I, O, S, V, Z; places 3 to 8 are digits",
    ),
    "check_character": Text(
        "统一社会信用代码末位校验不符，请逐位核对",
        "The last character does not fit the others; compare them one by one",
    ),
    "organization_code": Text(
        "统一社会信用代码第 9 至 17 位不是有效的组织机构代码，请核对",
        "Places 9 to 17 are no valid organisation code; check them",
    ),
}
