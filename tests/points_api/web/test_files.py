"""The files of the page as they are served: closed to everything but this server."""

import re
import shutil

import pytest
from prometheus_client import REGISTRY

from points_api.web import files
from points_api.web.routes import PREFIX
from tests.frame.tree import ROOT

FOLDER = ROOT / "points_api" / "web" / "static" / "verify"
NAMES = sorted(one.name for one in FOLDER.iterdir())


@pytest.mark.parametrize("page", ["/", PREFIX])
async def test_a_page_may_load_from_this_server_alone_and_nobody_may_frame_it(application, page):
    answer = await application.http.get(page)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"unsafe|https?:|\*", policy)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", NAMES)
async def test_each_file_is_served_by_its_kind_and_read_again_only_where_it_changed(
    application, name
):
    answer = await application.http.get(f"{PREFIX}/{name}")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    again = {"if-none-match": answer.headers["etag"]}
    assert (await application.http.get(f"{PREFIX}/{name}", headers=again)).status_code == 304


@pytest.mark.parametrize("name", ["nothing.js", "..%2froutes.py", "__init__.py", "x" * 65])
async def test_nothing_else_is_served(application, name):
    assert (await application.http.get(f"{PREFIX}/{name}")).status_code in (404, 422)


@pytest.mark.parametrize("query", ["", "?merchant=merchant-17&scenario=a-b"])
async def test_an_address_with_a_slash_too_many_leads_to_the_page(application, query):
    answer = await application.http.get(f"{PREFIX}/{query}")
    assert (answer.status_code, answer.headers["location"]) == (307, f"{PREFIX}{query}")


@pytest.mark.parametrize("path", ["/", "/docs", PREFIX, f"{PREFIX}/", f"{PREFIX}/page.js"])
async def test_to_ask_for_the_head_of_a_page_is_answered_as_to_ask_for_the_page(application, path):
    whole, head = [await application.http.request(way, path) for way in ("GET", "HEAD")]
    assert (head.status_code, dict(head.headers)) == (whole.status_code, expected(whole, head))


def expected(whole, head):
    """The same, but for the number of the request."""
    return dict(whole.headers) | {"x-request-id": head.headers["x-request-id"]}


async def test_the_first_page_leads_to_what_there_is_to_see(application):
    page = await application.http.get("/")
    links = re.findall(r'<a href="([^"]+)"', page.text)
    assert {PREFIX, "/openapi.json", "/v1/catalog", "/v1/scorecards/current"} <= set(links)
    for link in links:
        assert (await application.http.get(link)).status_code == 200
    assert "<script" not in page.text
    answer = await application.http.get("/docs")
    assert (answer.status_code, answer.headers["location"]) == (307, "/")


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [("", "", 200), ("?merchant=m", "", 200), ("/", "/", 307), ("/page.js", "/{name}", 200)],
)
async def test_logs_and_metrics_name_the_route(application, path, route, status):
    counted = {"method": "GET", "route": f"{PREFIX}{route}", "status": str(status)}
    before = REGISTRY.get_sample_value("points_http_requests_total", counted) or 0
    await application.http.get(f"{PREFIX}{path}")
    assert REGISTRY.get_sample_value("points_http_requests_total", counted) == before + 1


def test_the_worker_keeps_every_file_that_the_page_uses():
    worker = files.load(PREFIX)["sw.js"].body.decode()
    kept = set(re.findall(rf'"({PREFIX}[^"]*)"', worker))
    used = {f"{PREFIX}/{name}" for name in NAMES} - {f"{PREFIX}/index.html", f"{PREFIX}/sw.js"}
    assert kept == {PREFIX, *used}
    assert "__" not in worker


def test_a_change_of_any_file_is_a_new_worker(tmp_path):
    before = files.load(PREFIX)["sw.js"]
    shutil.copytree(FOLDER, tmp_path / "verify")
    assert files.load(PREFIX, tmp_path / "verify")["sw.js"] == before
    with (tmp_path / "verify" / "verify.css").open("a") as style:
        style.write("\n")
    assert files.load(PREFIX, tmp_path / "verify")["sw.js"].etag != before.etag


def test_no_file_names_another_host_or_carries_script_in_markup():
    for name in NAMES:
        text = (FOLDER / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), name
        assert not re.search(r"innerHTML|\beval\(|\son\w+=|\sstyle=", text), name
