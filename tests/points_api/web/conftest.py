import json

import pytest
from fastapi import FastAPI
from playwright.async_api import async_playwright

from points_api.web import routes
from tests.points_api.verifications.conftest import application, resident  # noqa: F401 - fixtures
from tests.points_api.web.server import serving

ARGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
        "--use-fake-device-for-media-stream")  # fmt: skip


@pytest.fixture(scope="session")
async def chromium(chromium_path):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=list(ARGS))
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def files_alone():
    """The page's files and nothing else, served."""
    app = FastAPI()
    app.include_router(routes.router)
    async with serving(app) as server:
        yield server


@pytest.fixture(scope="session")
async def modules(chromium, files_alone):
    """Call the page's modules: a function of JavaScript with what it is given, and its answer."""
    page = await chromium.new_page(service_workers="block")
    await page.goto(f"{files_alone.address}/verify")

    async def call(body, given=None):
        script = f"async (text) => {{ const given = JSON.parse(text); {body} }}"
        return await page.evaluate(script, json.dumps(given))

    yield call
    await page.close()
