"""What is said about a row or a file that cannot be taken: code, words in both languages, and mend.

A row's verdict is (row, column, code); the words come from the code and from what the layout says
about the column, never from the cell, so that nothing personal is repeated. `repeats_row:7` carries
the row it points to. A file is refused as a whole by `FileRefused`, and then nothing is stored.
"""

from dataclasses import dataclass
from typing import Final

from points_api.identifiers import credit_code, id_number
from points_api.language import Text
from points_api.problem import Problem
from scoring.catalog import Column


class FileRefused(Problem):
    """A file of which nothing can be taken. `code` says why, the detail how to mend it."""

    slug, status, errcode = "file-refused", 422, 42250
    about = ("body", "#/file")
    title = ("文件无法接收", "The file cannot be taken in")

    def __init__(self, code: str, *, row: int | None = None, **said: object) -> None:
        text = FILE_REASONS[code].fill(row=row, **said)
        super().__init__(text.zh, text.en, code=code, **({} if row is None else {"row": row}))
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a row was not taken, or what is noteworthy about it.

    `column` is the layout's code; '' where it is about the whole row.
    """

    row: int
    column: str
    code: str


def reason(code: str, column: Column | None = None) -> Text:
    """Say a row code in words, with the limits of the column it stands in."""
    name, _, parameter = code.partition(":")
    return ROW_REASONS[name].fill(
        name=column.name if column else "",
        limit=column.max_length if column else "",
        range=f"0–{column.maximum}" if column and column.maximum else "≥ 0",
        values="、".join(column.values) if column else "",
        other=parameter,
    )


ROW_REASONS: Final[dict[str, Text]] = {
    "required": Text("“{name}”不能为空，请补上", "“{name}” must not be empty; fill it in"),
    "too_long": Text(
        "“{name}”超过 {limit} 个字，请缩短",
        "“{name}” is longer than {limit} characters; shorten it",
    ),
    "too_many_cells": Text(
        "这一行的单元格比表头多，多半是内容里的逗号没有加引号；请给该单元格加上英文双引号",
        "The row has more cells than the header, mostly because of a bare comma; quote that cell",
    ),
    "columns_disagree": Text(
        "文件中有两列都是“{name}”而内容不同，请只保留一列",
        "Two columns are “{name}” and differ; keep one of them",
    ),
    "masked_name": Text("姓名被遮盖，请提供完整姓名", "The name is masked; give it in full"),
    "id_type_unsupported": Text(
        "只有居民身份证或居住证的 18 位号码能认定身份；该行请不要报送",
        "Only an 18-character resident number identifies a person here; leave the row out",
    ),
    "not_natural_person": Text(
        "这一行的相对人不是自然人，不属于个人信用信息；请从文件中删去",
        "The subject is no natural person, so this is no personal record; remove the row",
    ),
    "date_unreadable": Text(
        "“{name}”不是日期，请写成 2026-03-01 的样子",
        "“{name}” is no date; write it like 2026-03-01",
    ),
    "date_not_real": Text(
        "“{name}”这一天不存在，请核对月和日",
        "“{name}” names a day that does not exist; check month and day",
    ),
    "date_in_future": Text(
        "“{name}”还没有到，请核对年份", "“{name}” lies in the future; check the year"
    ),
    "date_too_early": Text(
        "“{name}”早于 1900 年，请核对年份", "“{name}” is before 1900; check the year"
    ),
    "ended_before": Text(
        "“{name}”早于开始或决定的日期，请核对两个日期",
        "“{name}” is before the beginning or the decision; check both dates",
    ),
    "valid_before": Text(
        "“{name}”早于开始或决定的日期，请核对两个日期",
        "“{name}” is before the beginning or the decision; check both dates",
    ),
    "not_in_list": Text("“{name}”只能填写：{values}", "“{name}” must be one of: {values}"),
    "number_unreadable": Text(
        "“{name}”不是数字，请只写数字", "“{name}” is no number; write digits only"
    ),
    "number_too_fine": Text(
        "“{name}”的小数位太多，请按规定的最小单位填写",
        "“{name}” has too many decimals; round it to the smallest unit yourself",
    ),
    "number_out_of_range": Text(
        "“{name}”要在这个范围内：{range}，请核对",
        "“{name}” must be within {range}; check it",
    ),
    "looks_like_yuan": Text(
        "“{name}”以万元为单位，这个数只可能是元；请除以一万后填写",
        "“{name}” is in units of 10,000 yuan and this can only be yuan; divide it by 10,000",
    ),
    "other_item": Text(
        "“{name}”与本文件的目录项不同；请把不同目录项分成不同文件",
        "“{name}” is another item than the file's; send one file per item",
    ),
    "foreign_source": Text(
        "“{name}”是另一个信源单位的代码，只能报送本单位的记录",
        "“{name}” is the code of another source agency; send your own records only",
    ),
    "not_in_force": Text(
        "“{name}”那天公共信用信息目录中没有这一项，不能归集；请删去该行",
        "The catalog did not hold this item on “{name}”; remove the row",
    ),
    "repeats_row": Text("与第 {other} 行完全相同，只计一次", "Equals row {other}; counted once"),
    "contradicts_row": Text(
        "与第 {other} 行是同一人的同一份文书而内容不同，请只保留正确的一行",
        "Same person and document as row {other}, but it differs; keep the right one",
    ),
    "repaired_stays": Text(
        "这条记录已经修复，不会因再次报送而恢复",
        "The record has been repaired and does not return by being delivered again",
    ),
    "withdrawn_stays": Text(
        "这条记录已经撤销，不会因再次报送而恢复",
        "The record was withdrawn and does not return by being delivered again",
    ),
    "expired_stays": Text(
        "这条记录已过保存期限，不会因再次报送而恢复",
        "The record is past its retention and does not return by being delivered again",
    ),
    "repaired_closed": Text(
        "这条记录已经修复，不再接受更正；新的行为请用新的文书号报送",
        "The record has been repaired and takes no corrections; remove the row",
    ),
    "withdrawn_closed": Text(
        "这条记录已经撤销，不再接受更正；如系误撤销，请报送新的决定文书",
        "The record was withdrawn and takes no corrections; if in error, deliver a new decision",
    ),
    "expired_closed": Text(
        "这条记录已过保存期限，不再接受更正；请从文件中删去",
        "The record is past its retention and takes no corrections; remove the row",
    ),
    "record_unknown": Text(
        "没有找到要变更的记录，请核对身份证号码、原文书号和原决定机关代码",
        "There is no record to change; check ID number, document number and deciding organ",
    ),
    "not_repairable": Text(
        "这一目录项的记录依法不能修复，请核对变更类型",
        "Records of this item cannot be repaired; check the kind of change",
    ),
    **{f"id_number.{code}": text for code, text in id_number.MESSAGES.items()},
    **{f"credit_code.{code}": text for code, text in credit_code.MESSAGES.items()},
}
NOTICES: Final = frozenset({"repeats_row", "repaired_stays", "withdrawn_stays", "expired_stays"})
"""Said of rows that are in order: nothing has to be mended."""
NUMBERS: Final[dict[str, int]] = {code: n for n, code in enumerate(("", *ROW_REASONS))}
"""Codes as small integers, 0 for none, in which whole columns are judged."""

FILE_REASONS: Final[dict[str, Text]] = {
    "empty_file": Text("文件是空的；请重新导出", "The file is empty; export it again"),
    "only_header": Text(
        "文件只有表头，没有数据行；没有记录时不必报送",
        "The file has a header and no rows; with no records there is nothing to send",
    ),
    "binary_file": Text(
        "文件不是表格；请另存为 CSV（UTF-8）或 XLSX",
        "The file is no table; save it as CSV (UTF-8) or XLSX",
    ),
    "password_protected": Text(
        "文件有打开密码；请去掉密码后重新保存，传输安全由本系统保证",
        "The file is protected by a password; save it without one",
    ),
    "old_excel": Text(
        "这是旧版 Excel 文件（.xls）；请另存为 XLSX 或 CSV（UTF-8）",
        "This is an old Excel file (.xls); save it as XLSX or CSV (UTF-8)",
    ),
    "zip_bomb": Text(
        "压缩包展开后大得不合常理；请另存为 CSV（UTF-8）后报送",
        "The archive unpacks to an unreasonable size; save it as CSV (UTF-8)",
    ),
    "damaged_workbook": Text(
        "工作簿已损坏，无法读取；请用表格软件打开后重新保存",
        "The workbook is damaged; open it in a spreadsheet program and save it again",
    ),
    "too_large": Text(
        "文件超过 {limit} MB；请分成几个文件", "The file is larger than {limit} MB; split it"
    ),
    "workbook_too_large": Text(
        "工作簿展开后超过 {limit} MB；请另存为 CSV（UTF-8）后报送",
        "The workbook unpacks to more than {limit} MB; save it as CSV (UTF-8)",
    ),
    "wrong_encoding": Text(
        "第 {row} 行的文字不是 {encoding} 编码；请另存为 CSV（UTF-8）",
        "The text of row {row} is not {encoding}; save the file as CSV (UTF-8)",
    ),
    "broken_quotes": Text(
        "第 {row} 行的英文双引号不成对；含引号的单元格要整体加引号，其中的引号写两遍",
        "The quotation marks of row {row} do not pair; quote whole cells and double those inside",
    ),
    "row_too_long": Text(
        "从第 {row} 行起没有行尾；请用表格软件另存为 CSV（UTF-8）",
        "From row {row} on no line ends; save the file anew as CSV (UTF-8)",
    ),
    "unknown_layout": Text(
        "没有认出表头；请使用公布的表样，表头应在前 {rows} 行之内",
        "No header was recognized; use a published layout, header at the top (rows read: {rows})",
    ),
    "missing_columns": Text(
        "按“{layout}”缺少必填列：{columns}；请补上这些列",
        "Required columns of “{layout}” are missing: {columns}; add them",
    ),
    "denied_column": Text("{message}", "{message_en}"),
    "wrong_unit": Text(
        "“{column}”应以万元为单位，文件的表头写的是元；请换算后改表头",
        "“{column}” is in units of 10,000 yuan, the header says yuan; convert and mend the header",
    ),
    "several_sheets": Text(
        "工作簿中有几张表都像数据表：{sheets}；请一次只报送一张",
        "Several sheets look like data: {sheets}; send one at a time",
    ),
    "unknown_item": Text(
        "目录编码不在公共信用信息目录中；请核对编码",
        "The item code is not in the catalog; check it",
    ),
    "ambiguous_item": Text(
        "不能确定是哪一个目录项，可能是：{candidates}；请指明目录编码，或核对数据来源单位代码",
        "The item is not certain, it may be {candidates}; name it, or check the source's code",
    ),
    "other_agency": Text(
        "这一目录项由另一个信源单位报送；请核对目录编码",
        "This item is delivered by another agency; check the item code",
    ),
}
