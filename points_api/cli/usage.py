"""What is wrong with how a command was called, in one line with the mend, in both languages."""

from typing import Any

import typer
from typer._click.exceptions import (
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)


def told(error: Exception) -> str | None:
    """The line for a mistaken call; None for any other error."""
    if not isinstance(error, UsageError) or isinstance(error, NoArgsIsHelpError):
        return None
    help_of = f"{error.ctx.command_path} --help" if error.ctx else "points --help"
    return f"{_fault(error)}；用法见 (usage): {help_of}"


def _fault(error: UsageError) -> str:
    if isinstance(error, NoSuchOption):
        near = ", ".join(error.possibilities or ())
        perhaps = f"；是否 (perhaps): {near}" if near else ""
        return f"{error.option_name}: 没有这个选项 (no such option){perhaps}"
    if isinstance(error, MissingParameter):
        return f"{_name(error.param)}: 缺少，请补上 (missing; add it)"
    if isinstance(error, typer.BadParameter):
        return f"{_name(error.param)}: {_mend(error)}"
    return f"写法不对 (not understood): {error.format_message()}"


def _name(param: Any) -> str:
    """An option as it is written, an argument by its name."""
    return str(next((way for way in param.opts if way.startswith("--")), param.name))


def _mend(error: typer.BadParameter) -> str:
    from pydantic import ValidationError

    from points_api.validation import field_problem

    if not isinstance(error.__cause__, ValidationError):
        return f"不符合要求 ({error.format_message()})"
    first = error.__cause__.errors(include_url=False, include_input=False)[0]
    if first["type"] == "value_error":  # of typer's own kinds a day alone raises it
        return "日期写作 (a day is written) 2026-01-31"
    zh, en = (field_problem(first, language)["message"] for language in ("zh", "en"))
    return f"{zh} ({en})"
