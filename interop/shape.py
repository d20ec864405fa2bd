"""What all documents between cities share: strict values, and texts with no room for a person.

A field is a code of a closed set, a random text of a stated length, a date or a number. So an ID
number, a name or a record has no place; and digits in a row that could be an ID number are refused
even where the pattern would let them pass.
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from interop.keys import DIVISION
from interop.refusals import Malformed

# GB 11643: fifteen digits of old, now seventeen and a check mark. In a chosen text so many digits
# in a row are refused wherever they stand. In a random one they come about by chance, in every two
# hundredth of 32 hexadecimal digits: there they have to stand alone, or to hold a date of birth.
_IN_CHOSEN = re.compile(r"\d{15}")
_IN_RANDOM = re.compile(
    r"(?<![A-Za-z0-9])(\d{15}|\d{17}[\dXx])(?![A-Za-z0-9])"
    r"|[1-9]\d{5}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
)


def _without(pattern: re.Pattern[str]) -> AfterValidator:
    def check(text: str) -> str:
        if pattern.search(text):
            raise ValueError("digits that could be an ID number")
        return text

    return AfterValidator(check)


_NoIdNumber = _without(_IN_CHOSEN)
_NoIdNumberByChance = _without(_IN_RANDOM)
Division = Annotated[str, StringConstraints(pattern=f"^{DIVISION}$")]
Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=64), _NoIdNumber
]
Version = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), _NoIdNumber
]
Opaque = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,200}$"), _NoIdNumberByChance]
Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$"), _NoIdNumberByChance]

T = TypeVar("T", bound=BaseModel)


class Closed(BaseModel):
    """A document in which nothing may stand that is not asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Open(BaseModel):
    """A document that a later version may add to: what is not known is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


def shaped(shape: type[T], value: Any) -> T:
    """Return the value as this shape. Raises `Malformed` with the field's name, never its value."""
    try:
        return shape.model_validate(value)
    except ValidationError as told:
        where = told.errors(include_input=False, include_url=False)[0]["loc"]
        raise Malformed(".".join(str(part) for part in where)) from None
