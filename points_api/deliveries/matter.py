"""From the read columns of a layout to what a record holds, for whole blocks of good rows."""

from hashlib import blake2b
from typing import Final

import polars as pl

from points_api.deliveries.cells import BLANKS, Cell
from points_api.deliveries.checks import ROW
from points_api.deliveries.columns import CHANGES
from points_api.deliveries.dictionary import Dictionary
from points_api.deliveries.matching import STATUS_CHANGE, Match
from scoring.catalog import Catalog, Role

ACTIVE, WITHDRAWN = "active", "withdrawn"

_BRACKETS: Final = dict.fromkeys("[［【（(", "〔") | dict.fromkeys("]］】）)", "〕")
_DIGITS: Final = {chr(ord("０") + n): str(n) for n in range(10)}
_DOCUMENT_MARKS: Final = _BRACKETS | _DIGITS | dict.fromkeys(BLANKS, "")
"""One document is written with many brackets: 黄市监罚〔2025〕1号, [2025], （２０２５）."""

# Who it is about is the key of the record; who sent it, and by which route, is not its content.
_NOT_CONTENT: Final[frozenset[Role]] = frozenset(
    ["item", "subject_kind", "name", "id_type", "id_number", "unit_name", "source_name",
     "source_code", "state"]
)  # fmt: skip
_SEPARATOR: Final = "\x1f"
_ROWS_AT_ONCE: Final = 4096  # as Python objects


class Matter:
    """Turns good rows of one table into rows of records. Use one per thread."""

    def __init__(self, match: Match, catalog: Catalog) -> None:
        self._match = match
        self._own_unit = catalog.agencies[match.item.agency].credit_code
        columns = [column for column in match.layout.columns if column.code in match.columns]
        self._roles: dict[Role, str] = {c.role: c.code for c in columns if c.role}
        self._acts = [column.code for column in columns if column.role == "act"]
        self._content = [
            column.code
            for column in columns
            if column.role not in _NOT_CONTENT and column.type not in ("name", "id_number")
        ]
        level = match.item.level
        self._level_columns = [
            code for code in ((level.column, *level.more_columns) if level else ())
            if code in match.columns
        ]  # fmt: skip
        self._levels = Dictionary(self._level, pl.String())

    def rows(self, good: pl.DataFrame) -> pl.DataFrame:
        """One row per record.

        Row_no, id_number, name, level, quantity, the days, act_key, document_no, unit, status, and
        content, the digest.
        """
        rows = good.select(
            ROW,
            id_number=self._column("id_number"),
            name=self._column("name").str.strip_chars(BLANKS),
            quantity=self._column("quantity", pl.Int64),
            decided_on=self._column("decided_on", pl.Date),
            occurred_on=pl.coalesce(
                self._column("occurred_on", pl.Date), self._column("decided_on", pl.Date)
            ),
            ended_on=self._column("ended_on", pl.Date),
            valid_until=self._column("valid_until", pl.Date) + pl.duration(days=1),
            document_no=self._column("document_no").str.replace_many(_DOCUMENT_MARKS),
            unit=pl.coalesce(
                self._column("unit_code"), self._column("source_code"), pl.lit(self._own_unit)
            ),
            status=self._status(),
        )
        ended = rows["ended_on"] if self._match.item.continuing else None
        return rows.with_columns(
            ended_on=pl.col("ended_on") if ended is not None
            else pl.coalesce("ended_on", "occurred_on"),
            level=self._level_of(good),
            act_key=self._act_key(good, rows),
            content=self._digests(good),
        )  # fmt: skip

    def _column(self, role: Role, dtype: pl.DataType | type[pl.DataType] = pl.String) -> pl.Expr:
        code = self._roles.get(role)
        return pl.lit(None, dtype=dtype) if code is None else pl.col(code)

    def _status(self) -> pl.Expr:
        if self._match.layout.id == STATUS_CHANGE:
            kind = next(c for c in self._match.layout.columns if set(c.values) == set(CHANGES))
            return pl.col(kind.code).replace_strict(CHANGES)
        state = self._match.layout.column_of("state")
        if state is None or state.code not in self._match.columns:
            return pl.lit(ACTIVE)
        in_force = pl.col(state.code).fill_null(state.values[0]) == state.values[0]
        return pl.when(in_force).then(pl.lit(ACTIVE)).otherwise(pl.lit(WITHDRAWN))

    def _level(self, cells: str) -> Cell:
        return self._match.item.level_of(*cells.split(_SEPARATOR)), ""

    def _level_of(self, good: pl.DataFrame) -> pl.Series | pl.Expr:
        if not self._level_columns:
            return pl.lit(self._match.item.fixed_level, dtype=pl.String)
        texts = pl.concat_str(pl.col(self._level_columns).fill_null(""), separator=_SEPARATOR)
        return self._levels.read(good.select(texts.alias("cells")).to_series())[0]

    def _act_key(self, good: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
        """What several reports of one act share; without such a column the document itself."""
        document = rows.select(pl.concat_str("unit", "document_no", separator="|")).to_series()
        if not self._acts:
            return document
        act = good.select(pl.concat_str(self._acts, separator="|", ignore_nulls=True)).to_series()
        return act.zip_with(act != "", document)

    def _digests(self, good: pl.DataFrame) -> pl.Series:
        """BLAKE2b-128 of what the layout's columns say, in hex. Equal content, equal digest."""
        # An empty cell says nothing, so a column that the layout gains later changes no digest.
        said = [pl.lit(f"{code}=") + pl.col(code).cast(pl.String) for code in self._content]
        days = [pl.col(pl.Date).cast(pl.Int32)]  # written a third as fast as numbers
        text = pl.concat_str(said, separator=_SEPARATOR, ignore_nulls=True)
        digests = [
            blake2b(said_of_row.encode(), digest_size=16).hexdigest()
            for rows in good.with_columns(days).iter_slices(_ROWS_AT_ONCE)
            for said_of_row in rows.select(text).to_series().to_list()
        ]
        return pl.Series(digests, dtype=pl.String)
