"""The application as its OpenAPI document describes it: limits of whole numbers are whole numbers.

FastAPI writes every limit of a number as a fraction, `5000.0`, also where only integers are taken;
a program generated from the document would then take fractions.
"""

from typing import Any

from fastapi import FastAPI


class Described(FastAPI):
    """FastAPI with such a document."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _whole(super().openapi())
        return self.openapi_schema


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {key: _whole(one) for key, one in value.items()}
        case list():
            return [_whole(one) for one in value]
        case float() if value.is_integer():
            return int(value)
    return value
