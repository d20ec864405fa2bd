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

_ID_NUMBER = re.compile(r"\d{15}")  # GB 11643: fifteen digits of old, seventeen and a check mark


def _no_id_number(text: str) -> str:
    if _ID_NUMBER.search(text):
        raise ValueError("digits that could be an ID number")
    return text


_NoIdNumber = AfterValidator(_no_id_number)
Division = Annotated[str, StringConstraints(pattern=f"^{DIVISION}$")]
Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=64), _NoIdNumber
]
Version = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), _NoIdNumber
]
Opaque = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,128}$"), _NoIdNumber]
Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$"), _NoIdNumber]

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
