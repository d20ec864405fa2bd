"""What the page says where something is missing or wrong: camera, clock, storage, network, list."""

from datetime import timedelta

from tests.points_api.web.desk import MINUTE, answer, opened


async def test_without_ever_a_network_it_says_so_and_checks_nothing(chromium, server):
    desk = await opened(chromium, server.address)
    await desk.page.route("**/v1/**", lambda route: route.abort())
    await desk.page.goto(f"{server.address}/verify")
    await desk.page.locator("#setup").wait_for()
    assert "请连上网，把这一页打开一次" in await desk.notices()
    await desk.page.locator("text=没有网络，找不了场景").wait_for()
    await desk.page.context.close()


CAMERA = """
    globalThis.BarcodeDetector = class {
      static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
      detect() { return Promise.resolve(globalThis.seen ? [{ rawValue: globalThis.seen }] : []); }
    };
"""


async def test_a_camera_reads_the_proof_where_the_browser_can(chromium, server, held):
    desk = await opened(chromium, server.address, permissions=["camera"])
    await desk.page.add_init_script(CAMERA)
    await desk.ready()
    await desk.page.click("#scan")
    await desk.page.locator("#stop").wait_for()
    text = answer(held, await desk.request())
    await desk.page.evaluate("(text) => { globalThis.seen = text; }", text)
    await desk.page.locator("#verdict").wait_for()
    assert "可以享受" in await desk.verdict()
    await desk.page.context.close()


async def test_a_camera_that_is_refused_is_told(chromium, server):
    desk = await opened(chromium, server.address, permissions=[])
    await desk.page.add_init_script(
        CAMERA + "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error());"
    )
    await desk.ready()
    await desk.page.click("#scan")
    await desk.page.locator("text=相机打不开").wait_for()
    await desk.page.context.close()


async def test_a_browser_that_cannot_check_says_so(chromium, server):
    desk = await opened(chromium, server.address)
    await desk.page.add_init_script(
        "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));"
    )
    await desk.page.goto(f"{server.address}/verify")
    await desk.page.locator("text=请更新浏览器").wait_for()
    await desk.page.locator("main:not([aria-busy])").wait_for()
    assert not await desk.page.locator("#desk").is_visible()
    await desk.page.context.close()


async def test_a_wrong_clock_is_told(desk):
    async def late(route):
        answered = await route.fetch()
        stamp = {**answered.headers, "date": "Mon, 01 Jun 2026 03:50:00 GMT"}
        await route.fulfill(response=answered, headers=stamp)

    await desk.page.route("**/v1/proofs/keys", late)
    await desk.open()
    assert "本机时钟快了约 10 分钟" in await desk.notices()


async def test_a_list_that_does_not_hold_is_told_and_the_one_before_stays(desk, held, frozen_clock):
    await desk.ready()
    await desk.page.route("**/v1/proofs/status/**", lambda route: route.fulfill(body="a.b.c"))
    frozen_clock.forward(MINUTE)
    await desk.seen()
    assert "刚取到的公钥或名单核不过" in await desk.notices()
    assert "可以享受" in await desk.check(answer(held, await desk.request()))


async def test_a_scenario_whose_term_is_over_is_told(desk, server, frozen_clock):
    await desk.ready()
    server.stop.set()
    frozen_clock.forward(timedelta(days=3650))
    await desk.seen()
    assert "这个场景已停办" in await desk.notices()


async def test_a_browser_that_keeps_nothing_is_told(desk):
    await desk.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
    )
    await desk.open()
    assert "本机不让保存" in await desk.notices()


async def test_what_was_kept_in_a_form_that_is_not_ours_is_begun_anew(desk):
    await desk.page.add_init_script("localStorage.setItem('points-verify', '{{')")
    await desk.open("")
    await desk.page.locator("#setup").wait_for()
    assert "可以离线使用" in await desk.notices()
