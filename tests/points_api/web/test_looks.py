"""Every state fits a phone, in both color schemes and all text sizes, and axe finds nothing."""

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.points_api.web.desk import answer, opened

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """
    [...document.querySelectorAll("button, summary, input, textarea, nav a")]
      .filter((one) => one.offsetParent !== null && !["checkbox", "radio"].includes(one.type))
      .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
      .filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)
"""


async def in_order(desk):
    found = await Axe().run(desk.page, options=RULES)
    violations = found.response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
    assert await desk.page.evaluate(SMALL) == []
    for width in (390, 320):
        await desk.page.set_viewport_size({"width": width, "height": 844})
        assert await desk.page.evaluate(SIDEWAYS) <= 0
    await desk.page.set_viewport_size({"width": 390, "height": 844})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["normal", "large", "largest"])
async def test_each_state_is_in_order(chromium, server, held, scheme, size):
    desk = await opened(chromium, server.address, color_scheme=scheme, bypass_csp=True)
    await desk.open("")
    await desk.page.click(f"button[data-size={size}]")
    await desk.page.locator("#found input").first.wait_for()
    await in_order(desk)
    await desk.page.click("#setup-form button[type=submit]")
    await in_order(desk)
    await desk.ready()
    await desk.page.click("summary >> text=扫不了")
    await desk.page.click("#settings summary")
    await in_order(desk)
    shown = answer(held, await desk.request())
    for text in (shown, shown, "garbage"):
        await desk.check(text)
        await in_order(desk)
        await desk.next()
    await desk.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_first_page_is_in_order(chromium, server, scheme):
    desk = await opened(chromium, server.address, color_scheme=scheme, bypass_csp=True)
    await desk.page.goto(f"{server.address}/")
    await in_order(desk)
    assert desk.errors == []
    await desk.page.context.close()


async def test_the_first_visit_is_light_and_from_one_host(chromium, server):
    desk, sizes = await opened(chromium, server.address), []
    session = await desk.page.context.new_cdp_session(desk.page)
    await session.send("Network.enable")
    session.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    await desk.ready()
    assert desk.errors == []
    assert 5_000 < sum(sizes) < 100_000
    await desk.page.context.close()


async def test_without_javascript_nothing_can_be_pressed_and_it_is_said_what_to_do(
    chromium, server, tmp_path
):
    desk = await opened(chromium, server.address, java_script_enabled=False)
    await desk.page.goto(f"{server.address}/verify")
    shown = [one for one in await desk.page.locator("button, summary, input").all()
             if await one.is_visible()]  # fmt: skip
    assert shown == []
    told = await desk.page.inner_text("noscript")
    assert "请在浏览器设置里允许它" in told
    assert "allow it in the browser’s settings" in told
    await desk.page.context.close()
