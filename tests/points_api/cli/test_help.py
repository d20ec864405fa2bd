"""What the program says of itself: every command in Chinese first, and in English."""

import re

import typer

from points_api.__main__ import app
from tests.frame.tree import text

CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{3}")


def is_in_both(told):
    chinese, _, english = told.partition(" · ")
    return bool(CHINESE.search(chinese) and ENGLISH.search(english))


def commands(group, context):
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, context)
        yield name, command


def test_every_command_and_option_is_told_in_both_languages():
    group = typer.main.get_command(app)
    found = list(commands(group, typer.Context(group)))
    assert len(found) > 60
    for name, command in found:
        assert is_in_both(command.help.splitlines()[0]), name
        for option in command.params:
            if option.name != "help" and (told := getattr(option, "help", None)):
                assert CHINESE.search(told), (name, option.name)
                assert ENGLISH.search(told), (name, option.name)


def test_every_target_of_make_is_told_in_both_languages():
    told = re.findall(r"^([a-z]+):.*## (.+)$", text("Makefile"), re.MULTILINE)
    assert len(told) > 10
    assert [name for name, words in told if not is_in_both(words)] == []
