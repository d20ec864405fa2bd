"""What is wrong with how a command was called, in one line with the mend, in both languages.

Of its errors typer gives out the base and `BadParameter`. The others are told apart by the names of
their classes, as typer does itself: one by another name gets typer's own words.
"""

from typing import Any

import typer


def told(error: Exception) -> str | None:
    """The line for a mistaken call; None for any other error."""
    if not isinstance(error, typer.TyperException) or _kind(error) == "NoArgsIsHelpError":
        return None
    called: Any = getattr(error, "ctx", None)
    help_of = f"{called.command_path if called else 'points'} --help"
    return f"{_fault(error)}；用法见 (usage): {help_of}"


def _fault(error: Any) -> str:
    if _kind(error) == "NoSuchOption":
        near = ", ".join(error.possibilities or ())
        perhaps = f"；是否 (perhaps): {near}" if near else ""
        return f"{error.option_name}: 没有这个选项 (no such option){perhaps}"
    if _kind(error) == "MissingParameter":
        return f"{_name(error.param)}: 缺少，请补上 (missing; add it)"
    if isinstance(error, typer.BadParameter):
        return f"{_name(error.param)}: {_mend(error)}"
    return f"写法不对 (not understood): {error.format_message()}"


def _kind(error: Exception) -> str:
    return type(error).__name__


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
