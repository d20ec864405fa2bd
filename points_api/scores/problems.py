"""Refusals of reading a score."""

from points_api.problem import Problem


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

    def __init__(self, levels: str, scale: int) -> None:
        super().__init__(
            f"suppose.add.level：{levels or '这一项没有，请去掉'}；"
            f"suppose.add.quantity 最细到 1/{scale}",
            f"suppose.add.level: {levels or 'this item has none; remove it'}; "
            f"suppose.add.quantity: no finer than 1/{scale}",
        )


class DaysReversed(Problem):
    slug, status, errcode = "days-reversed", 422, 42263
    title = ("日期有误", "The days are mistaken")

    def __init__(self) -> None:
        super().__init__(
            "from 不得晚于 to，to 不得晚于今天，from 不得早于加入之日",
            "from must not lie after to, to not after today, from not before the day of joining",
        )
