"""The program as somebody at a terminal meets it: words in, words and an exit code out."""

import asyncio

import pytest
from typer.testing import CliRunner

from points_api.__main__ import app
from points_api.db import config


@pytest.fixture
def points(database_url):
    """Run `points …` on the test's database; the result has exit_code, stdout and stderr."""

    def run(*words, stdin="", **settings):
        env = {"POINTS_DATABASE_URL": database_url, "POINTS_REDIS_URL": "memory://"}
        env |= {f"POINTS_{name}": value for name, value in settings.items()}
        result = CliRunner().invoke(app, [str(word) for word in words], input=stdin, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def in_database(database_url):
    """Run a coroutine function with the test's database open."""

    def run(work):
        async def opened():
            async with config.open(database_url):
                return await work()

        return asyncio.run(opened())

    return run
