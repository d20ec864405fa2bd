"""The citizen's ID number (GB 11643-1999) as agencies and people really write it.

Division (6), birth date (8), sequence (3), check character by ISO 7064 MOD 11-2. The division is
that of the first registration and may long be abolished, so only its province is checked. Also
valid: 15 digits (before 1999), residence permits of Hong Kong, Macau and Taiwan residents
(81, 82, 83), the foreigners' permanent resident card (9…).

A masked number is never an identity: two people share every mask.
"""

import re
from datetime import date
from typing import Final, Literal

from points_api.language import Text
from points_api.validation import FieldError

Code = Literal[
    "empty", "masked", "scientific", "rounded", "length", "characters", "province", "birth_date",
    "born_later", "check_character",
]  # fmt: skip

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"
_PROVINCES = """11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54
    61 62 63 64 65 71 81 82 83"""
PROVINCES: Final = frozenset(_PROVINCES.split())

_FOREIGNER: Final = "9"
_EARLIEST: Final = date(1800, 1, 1)
# What word processors and spreadsheets put around a number.
_DRESSING: Final = re.compile(r"[\s\u200b\u200e\u200f\u2060\ufeff'\u2018\u2019`]+")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９ｘＸ＊．＋ｅＥ", "0123456789xX*.+eE")
_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_MASKED: Final = re.compile(r"[*?#•●○_]|[xX].")
_WELL_FORMED: Final = re.compile(r"\d{17}[\dX]")


class IdNumberError(FieldError):
    """The text is no ID number; `code` says why, the text tells the mend, neither the value."""

    def __init__(self, code: Code) -> None:
        super().__init__(f"id_number.{code}", MESSAGES[code])


def normalize(text: str) -> str:
    """Return the 18-character form: half-width, bare, `X` raised, 15 digits completed.

    A text that is no ID number comes back bare but otherwise as it was.
    """
    bare = _DRESSING.sub("", text.translate(_FULL_WIDTH)).upper()
    if len(bare) == 15 and bare.isascii() and bare.isdigit():
        first17 = f"{bare[:6]}19{bare[6:]}"
        return first17 + check_character(first17)
    return bare


def problem_of(text: str, today: date | None = None) -> Code | None:
    """Return why the text is no ID number, or None. `today` refuses birth dates after it."""
    bare = _DRESSING.sub("", text.translate(_FULL_WIDTH))
    if not bare:
        return "empty"
    if _SCIENTIFIC.fullmatch(bare):
        return "scientific"
    if _MASKED.search(bare):
        return "masked"
    number = normalize(bare)
    if len(number) != 18:
        return "length"
    if not (number.isascii() and _WELL_FORMED.fullmatch(number)):
        return "characters"
    return _problem_inside(number, today)


def parse(text: str, today: date | None = None) -> str:
    """Return the 18-character form; raises `IdNumberError` if it is none."""
    if (code := problem_of(text, today)) is not None:
        raise IdNumberError(code)
    return normalize(text)


def check_character(first17: str) -> str:
    """Return the check character of seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True))
    return CHECK_CHARACTERS[total % 11]


def birth_date(id18: str) -> date:
    """Return the birth date inside a valid number."""
    return date(int(id18[6:10]), int(id18[10:12]), int(id18[12:14]))


def age_on(id18: str, day: date) -> int:
    """Return the full years of age on a day; a year is full on the birthday.

    Who was born on 29 February has it on 1 March in other years.
    """
    born = birth_date(id18)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def mask(id18: str) -> str:
    """Return the number as it may be shown: `420***********1234`."""
    return id18[:3] + "*" * (len(id18) - 7) + id18[-4:]


def is_test_number(id18: str) -> bool:
    """Tell whether the number is from the range that belongs to nobody, of whatever city.

    Numbers carry the code of a district or county, so none was ever issued with that of a whole
    city, as 420200 of Huangshi: whatever begins so is for tests and demonstrations.
    """
    return id18[4:6] == "00"


def _problem_inside(number: str, today: date | None) -> Code | None:
    if number[:2] not in PROVINCES and not number.startswith(_FOREIGNER):
        return "province"
    try:
        born = birth_date(number)
    except ValueError:
        return "birth_date"
    if born < _EARLIEST:
        return "birth_date"
    if number[17] != check_character(number[:17]):
        # Spreadsheets keep fifteen digits of a number and fill up with zeros.
        return "rounded" if number.endswith("000") else "check_character"
    return "born_later" if today is not None and born > today else None


MESSAGES: Final[dict[Code, Text]] = {
    "empty": Text("没有填写身份证号码，请补上", "The ID number is empty; fill it in"),
    "masked": Text(
        "身份证号码被遮盖，不能认定身份；请提供完整号码",
        "The ID number is masked and identifies nobody; give it in full",
    ),
    "scientific": Text(
        "身份证号码被表格软件变成了科学计数；请把该列设为文本后重新填写",
        "The spreadsheet turned the ID number into scientific notation; "
        "make the column text and enter it again",
    ),
    "rounded": Text(
        "身份证号码末三位被表格软件改成了零；请把该列设为文本后重新填写",
        "The spreadsheet replaced the last three digits by zeros; "
        "make the column text and enter it again",
    ),
    "length": Text(
        "身份证号码应为 18 位（旧号码 15 位），请核对位数",
        "An ID number has 18 characters (old ones 15); count them",
    ),
    "characters": Text(
        "身份证号码只能有数字，最后一位可以是 X，请去掉其他字符",
        "An ID number has digits only, the last may be X; remove other characters",
    ),
    "province": Text(
        "身份证号码前两位不是任何省份，请核对",
        "The first two digits are no province; check them",
    ),
    "birth_date": Text(
        "身份证号码中的出生日期不存在，请核对第 7 至 14 位",
        "The birth date inside does not exist; check digits 7 to 14",
    ),
    "born_later": Text(
        "身份证号码中的出生日期还没有到，请核对第 7 至 14 位",
        "The birth date inside is in the future; check digits 7 to 14",
    ),
    "check_character": Text(
        "身份证号码末位校验不符，请逐位核对",
        "The last character does not fit the others; compare them one by one",
    ),
}
