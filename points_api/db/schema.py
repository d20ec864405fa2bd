"""What the models cannot say by themselves, said so that both databases really hold it.

The ORM leaves conditional unique and check constraints out when it creates a table, knows partial
indexes only for equality, and refuses conditional uniqueness on SQLite. So models name constraints
in `Meta.constraints`, migrations add each by `AddConstraint` from here, and a test reads the
catalogs of both databases back.
"""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations import operations
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State

from points_api.ids import new_id


class IndexWhere(Index):
    """An index over the rows that meet a condition in SQL."""

    def __init__(self, *, fields: tuple[str, ...] | list[str], name: str, where: str) -> None:
        super().__init__(fields=fields, name=name)
        self.where = where
        self.extra = f" WHERE {where}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, named = super().deconstruct()
        return path, args, {**named, "where": self.where}


class AddConstraint(operations.AddConstraint):
    """Add a check or unique constraint, also a conditional one on SQLite.

    There a check is added by making the table anew, which drops its indexes and would cascade from
    its rows: add checks first, then other constraints and indexes, and fill tables afterwards.
    """

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        unique = self.constraint
        if (
            state_editor is not None
            and isinstance(state_editor, SqliteSchemaEditor)
            and isinstance(unique, UniqueConstraint)
            and unique.condition
        ):
            model = new_state.apps.get_model(f"{app_label}.{self.model_name}")
            table = model.describe()["table"]
            columns = ", ".join(f'"{column}"' for column in unique.fields)
            sql = (
                f'CREATE UNIQUE INDEX "{unique.name}" ON "{table}" ({columns}) '
                f"WHERE {unique.condition}"
            )
            await operations.SQLOperation(sql, []).run(app_label, new_state, False, state_editor)
        else:
            await super().database_forward(app_label, old_state, new_state, state_editor)


class LeaveRoom(operations.TortoiseOperation):
    """Fill pages of a table only so far, so that PostgreSQL can change rows without its indexes.

    A row that changes no indexed column and finds room on its page stays where the indexes point
    to (a heap-only tuple). It holds for pages written from then on. SQLite knows no such thing.
    """

    def __init__(self, table: str, percent: int) -> None:
        self.table, self.percent = table, percent

    async def database_forward(
        self,
        app_label: str,
        old_state: State,  # noqa: ARG002 - as the library calls it
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None and not isinstance(state_editor, SqliteSchemaEditor):
            sql = f'ALTER TABLE "{self.table}" SET (fillfactor = {self.percent})'
            await operations.SQLOperation(sql, []).run(app_label, new_state, False, state_editor)

    async def database_backward(
        self,
        app_label: str,
        old_state: State,  # noqa: ARG002 - as the library calls it
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None and not isinstance(state_editor, SqliteSchemaEditor):
            sql = f'ALTER TABLE "{self.table}" RESET (fillfactor)'
            await operations.SQLOperation(sql, []).run(app_label, new_state, False, state_editor)


def row_id() -> tuple[str, fields.UUIDField[UUID]]:
    """The key that nearly every table has, in a migration."""
    return "id", fields.UUIDField(primary_key=True, default=new_id)


def points_to(
    name: str, model: str, on_delete: fields.OnDelete = fields.RESTRICT
) -> tuple[str, Any]:
    """A foreign key to the id of another table, in a migration."""
    return name, fields.ForeignKeyField(
        f"models.{model}",
        source_field=f"{name}_id",
        to_field="id",
        related_name=False,
        on_delete=on_delete,
    )
