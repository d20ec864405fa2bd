"""Which constraint of the models a write has broken, on either database."""

from tortoise.exceptions import IntegrityError
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model


def breaks(error: IntegrityError, model: type[Model], name: str) -> bool:
    """Whether it is the model's constraint of this name, and no other, that was broken."""
    [constraint] = [one for one in model._meta.constraints if one.name == name]
    cause = error.args[0]
    if (told := getattr(cause, "constraint_name", None)) is not None:  # by PostgreSQL
        return bool(told == name)
    if isinstance(constraint, UniqueConstraint):
        table = model._meta.db_table
        columns = ", ".join(f"{table}.{column}" for column in constraint.fields)
        return str(cause) == f"UNIQUE constraint failed: {columns}"
    return str(cause) == f"CHECK constraint failed: {name}"
