"""Refusals of reading a score."""

from datetime import date

from points_api.language import Text
from points_api.problem import Problem
from scoring.catalog import Item


class UnknownRecord(Problem):
    slug, status, errcode = "unknown-record", 422, 42261
    title = ("没有这条记录", "There is no such record")

    def __init__(self) -> None:
        super().__init__(
            "请使用 /v1/me/records 给出的 record_id", "Use a record_id that /v1/me/records gives"
        )


class UnknownItem(Problem):
    slug, status, errcode = "unknown-item", 422, 42262
    title = ("目录中没有这一项", "The catalog has no such item")

    def __init__(self) -> None:
        super().__init__(
            "suppose.add.item 请使用 /v1/catalog 列出的编码",
            "Use a code that /v1/catalog lists for suppose.add.item",
        )


class SuppositionRefused(Problem):
    slug, status, errcode = "supposition-refused", 422, 42264
    title = ("假设的记录不合目录", "The supposed record does not fit the catalog")

    def __init__(self, field: str, mend: Text) -> None:
        super().__init__(f"suppose.add.{field}：{mend.zh}", f"suppose.add.{field}: {mend.en}")

    @classmethod
    def level(cls, item: Item) -> "SuppositionRefused":
        """The item has other levels, or none."""
        levels = " | ".join(level.id for level in item.levels)
        none = Text("这一项没有等级，请去掉", "this item has none; remove it")
        return cls("level", Text(f"应为 {levels}", f"one of {levels}") if levels else none)

    @classmethod
    def quantity(cls, item: Item) -> "SuppositionRefused":
        """The item is measured and no amount is given, or not as finely, or not at all."""
        if not item.unit:
            none = Text("这一项没有数量，请去掉", "this item has none; remove it")
            return cls("quantity", none)
        fine = Text("", "")
        if item.scale > 1:
            fine = Text(f"，最细到 1/{item.scale}", f", no finer than 1/{item.scale}")
        return cls(
            "quantity",
            Text(
                f"请填数量，单位{item.unit}，如 10{fine.zh}",
                f"give the amount in {item.unit_en}, such as 10{fine.en}",
            ),
        )

    @classmethod
    def not_yet(cls, until: date) -> "SuppositionRefused":
        """The record would begin after the day whose score is asked for."""
        day = until.isoformat()
        return cls(
            "occurred_on",
            Text(
                f"不得晚于所算的日子 {day}；要算更晚的日子，请加 wait_days",
                f"not after {day}, the day that is computed; for a later day add wait_days",
            ),
        )


class DaysReversed(Problem):
    slug, status, errcode = "days-reversed", 422, 42263
    title = ("日期有误", "The days are mistaken")

    def __init__(self) -> None:
        super().__init__(
            "from 不得晚于 to，to 不得晚于今天，from 不得早于加入之日",
            "from must not lie after to, to not after today, from not before the day of joining",
        )
