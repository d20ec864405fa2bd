"""Opens databases quickly: what the ORM makes of the models for a dialect is made once.

The ORM makes it anew whenever a database is opened, which takes 10 ms; tests do so some thousand
times, and of two dialects in turn.
"""

from collections.abc import Callable
from typing import Any

from tortoise.apps import Apps
from tortoise.models import Model

_MADE = (
    "filters", "basetable", "basequery", "basequery_all_fields",
    "db_native_fields", "db_default_fields", "db_complex_fields",
)  # fmt: skip


def once_per_dialect(make: Callable[[Apps], None]) -> Callable[[Apps], None]:
    """Do as `make` does, or put back what it has made of the same models before."""
    kept: dict[tuple[Any, ...], list[tuple[type[Model], dict[str, Any]]]] = {}

    def bind(apps: Apps) -> None:
        models = [model for app in apps.apps.values() for model in app.values()]
        key = (*apps._connections.db_config, *models)
        if key not in kept:
            make(apps)
            kept[key] = [
                (model, {name: _copy(getattr(model._meta, name)) for name in _MADE})
                for model in models
            ]
        for model, made in kept[key]:
            for name, value in made.items():
                setattr(model._meta, name, _copy(value))

    return bind


def _copy(value: Any) -> Any:
    """The ORM fills its collections anew in place; its queries it copies before it changes them."""
    return value.copy() if isinstance(value, dict | list) else value
