"""Refusals of reading a score."""

from datetime import date
from typing import Any

from points_api.language import Language, Text
from points_api.problem import Problem
from points_api.validation import FieldProblem
from scoring.catalog import Item


class SuppositionRefused(Problem):
    """What-if of something that cannot be. `errors` names the place, as in a malformed request."""

    slug, status, errcode = "supposition-refused", 422, 42264
    title = ("假设的记录不合目录", "The supposed record does not fit the catalog")

    def __init__(self, n: int, place: str, mend: Text) -> None:
        named = f"suppose.{place.replace('/', '.')}"
        super().__init__(f"{named}：{mend.zh}", f"{named}: {mend.en}")
        self.pointer, self.mend = f"#/suppose/{n}/{place}", mend

    def body(self, language: Language) -> dict[str, Any]:
        code, message = self.slug.replace("-", "_"), self.mend.say(language)
        error = FieldProblem(source="body", pointer=self.pointer, code=code, message=message)
        return {**super().body(language), "errors": [error]}

    @classmethod
    def level(cls, n: int, item: Item) -> "SuppositionRefused":
        """The item has other levels, or none."""
        levels = " | ".join(level.id for level in item.levels)
        none = Text("这一项没有等级，请去掉", "this item has none; remove it")
        fitting = Text(f"应为 {levels}", f"one of {levels}") if levels else none
        return cls(n, "add/level", fitting)

    @classmethod
    def quantity(cls, n: int, item: Item) -> "SuppositionRefused":
        """The item is measured and no amount is given, or not as finely, or not at all."""
        if not item.unit:
            none = Text("这一项没有数量，请去掉", "this item has none; remove it")
            return cls(n, "add/quantity", none)
        fine = Text("", "")
        if item.scale > 1:
            fine = Text(f"，最细到 1/{item.scale}", f", no finer than 1/{item.scale}")
        return cls(
            n,
            "add/quantity",
            Text(
                f"请填数量，单位{item.unit}，如 10{fine.zh}",
                f"give the amount in {item.unit_en}, such as 10{fine.en}",
            ),
        )

    @classmethod
    def not_yet(cls, n: int, until: date) -> "SuppositionRefused":
        """The record would begin after the day whose score is asked for."""
        day = until.isoformat()
        return cls(
            n,
            "add/occurred_on",
            Text(
                f"不得晚于所算的日子 {day}；要算更晚的日子，请加 wait_days",
                f"not after {day}, the day that is computed; for a later day add wait_days",
            ),
        )


class UnknownRecord(SuppositionRefused):
    slug, status, errcode = "unknown-record", 422, 42261
    title = ("没有这条记录", "There is no such record")

    def __init__(self, n: int) -> None:
        mend = "请使用 /v1/me/records 给出的 record_id", "use a record_id that /v1/me/records gives"
        super().__init__(n, "repair", Text(*mend))


class UnknownItem(SuppositionRefused):
    slug, status, errcode = "unknown-item", 422, 42262
    title = ("目录中没有这一项", "The catalog has no such item")

    def __init__(self, n: int) -> None:
        mend = "请使用 /v1/catalog 列出的编码", "use a code that /v1/catalog lists"
        super().__init__(n, "add/item", Text(*mend))


class DaysReversed(Problem):
    slug, status, errcode = "days-reversed", 422, 42263
    about = ("query", "#/from")
    title = ("日期有误", "The days are mistaken")

    def __init__(self) -> None:
        super().__init__(
            "from 不得晚于 to，to 不得晚于今天，from 不得早于加入之日",
            "from must not lie after to, to not after today, from not before the day of joining",
        )
