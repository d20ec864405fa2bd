"""The application as its OpenAPI document describes it, where the framework's words do not do.

It writes every limit of a number as a fraction, `5000.0`, also where only integers are taken; a
program generated from the document would then take fractions. And of an answer that went well it
says `Successful Response`, in one language and of every status the same.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI

_UNTOLD: Final = "Successful Response"
_WENT_WELL: Final[Mapping[str, str]] = {
    "200": "成功 / Success",
    "201": "已建立 / Created",
    "202": "已收下，随后办理 / Taken in, to be done next",
    "204": "成功，没有正文 / Success, without a body",
}


class Described(FastAPI):
    """FastAPI with such a document."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document: dict[str, Any] = _whole(super().openapi())
            _tell_what_went_well(document)
            self.openapi_schema = document
        return self.openapi_schema


def _tell_what_went_well(document: dict[str, Any]) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if answer["description"] == _UNTOLD:
                    answer["description"] = _WENT_WELL[status]


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {key: _whole(one) for key, one in value.items()}
        case list():
            return [_whole(one) for one in value]
        case float() if value.is_integer():
            return int(value)
    return value
