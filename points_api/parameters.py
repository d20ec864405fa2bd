"""What an operation takes, so that a refusal can name what was meant.

A query field that an operation does not have is refused, as one in a body is: left out silently, a
slip of the pen (`?catgory=`) would answer with everything and look right. Only operations that have
query fields are asked; where there are none, nothing can be meant.
"""

from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

Schemas = Mapping[str, Mapping[str, Any]]
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}


# By what answers a route, since a route itself cannot be a key.
_known: MutableMapping[Callable[..., Any], Schemas] = WeakKeyDictionary()


def schemas_of(route: BaseRoute) -> Schemas:
    """The JSON schema of a route's parameters, for each place: path, query, header, cookie."""
    if not isinstance(route, APIRoute):
        return {}
    if (schemas := _known.get(route.endpoint)) is None:
        schemas = _known[route.endpoint] = _read(route.dependant)
    return schemas


def _read(dependant: Dependant) -> Schemas:
    schemas: dict[str, dict[str, Any]] = {}
    for field in get_flat_params(dependant):
        info = field.field_info
        if isinstance(info, params.Param):
            place = schemas.setdefault(info.in_.value, {"properties": {}, "$defs": {}})
            shape: Any = Annotated[info.annotation, info]
            schema = TypeAdapter(shape).json_schema()
            place["$defs"] |= schema.pop("$defs", {})
            place["properties"][field.alias] = schema
    return schemas


@cache
def schema_of_body(shape: Any) -> Mapping[str, Any]:
    """The JSON schema of a route's body."""
    return TypeAdapter(shape).json_schema()


def wanted_instead(body: object, headers: Mapping[str, str], sent: object) -> str | None:
    """The media type that a route's body has to have, if what was sent has another."""
    if not isinstance(body, params.Body):
        return None
    if not isinstance(body, params.Form):  # which the framework then leaves as it came
        return body.media_type if isinstance(sent, bytes) else None
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    readable = {body.media_type} if isinstance(body, params.File) else _FORMS
    return None if is_empty or given in readable else body.media_type


def refuse_unknown(route: BaseRoute, query: bytes) -> None:
    """Raise `RequestValidationError` that names each query field the route does not have."""
    if (known := schemas_of(route).get("query")) is None:
        return
    sent = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if unknown := [name for name in sent if name not in known["properties"]]:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown]
        )
