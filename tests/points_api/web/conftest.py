import json

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import async_playwright

from points_api.app import fronted
from points_api.web import routes
from tests.points_api.verifications import conftest as served
from tests.points_api.web.desk import opened, wallet
from tests.points_api.web.server import serving

application, resident = served.application, served.resident
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


@pytest.fixture
def database_url(sqlite_url):
    """The page asks nothing that a database would answer otherwise than another."""
    return sqlite_url


@pytest.fixture
async def server(application):
    async with serving(fronted(application.app)) as started:
        yield started


@pytest.fixture
async def http(server):
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        yield client


@pytest.fixture
async def desk(chromium, server):
    phone = await opened(chromium, server.address)
    yield phone
    await phone.page.context.close()


@pytest.fixture
async def held(resident, http):
    return await wallet(resident, http)
