"""A merchant's page in a real browser: ready while there is a network, then a day without one."""

import json
import re
from datetime import timedelta

import numpy as np
import zxingcpp

from tests.points_api.proofs.wallet import MERCHANT
from tests.points_api.verifications import shop
from tests.points_api.verifications.shop import SHOWN
from tests.points_api.web.desk import MINUTE, answer, with_audience


async def test_a_proof_is_a_yes_with_the_benefit_and_its_end(desk, held):
    await desk.ready()
    assert "可以离线使用" in await desk.notices()
    said = await desk.check(answer(held, await desk.request()))
    assert said.split()[:3] == ["✓", "可以享受", "Yes"]
    for words in ("免押金，最高 20 元", "证明有效到6月2日 13:00", "2 Jun, 13:00"):
        assert words in said
    assert desk.errors == []


async def test_without_a_network_it_opens_and_goes_on_saying_yes_and_no(desk, held, server):
    await desk.ready()
    server.stop.set()
    await desk.page.wait_for_timeout(200)
    await desk.page.reload()
    await desk.page.locator("#desk").wait_for()
    assert "可以享受" in await desk.check(answer(held, await desk.request()))
    await desk.next()
    assert "不是答这一次请求" in await desk.check(answer(held, with_audience(
        json.dumps({"audience": MERCHANT, "nonce": "of-yesterday-1234"}), MERCHANT,
    ), 1))  # fmt: skip


async def test_the_request_on_the_screen_is_a_code_that_a_phone_reads(desk, held):
    await desk.ready()
    drawn = await desk.page.locator("#code path").get_attribute("d")
    side = int((await desk.page.locator("#code svg").get_attribute("viewBox")).split()[2])
    image = np.full((side, side), 255, dtype=np.uint8)
    for column, row in re.findall(r"M(\d+) (\d+)", drawn):
        image[int(row), int(column)] = 0
    (read,) = zxingcpp.read_barcodes(np.kron(image, np.ones((4, 4), dtype=np.uint8)))
    assert read.text == await desk.request()
    asked = json.loads(read.text)
    assert (asked["audience"], asked["scenario"]) == (MERCHANT, SHOWN)
    await desk.page.click("summary >> text=扫不了")
    await desk.page.click("#renew")
    assert json.loads(await desk.request())["nonce"] != asked["nonce"]


async def test_each_no_is_in_plain_words_and_says_that_the_visitor_may_qualify_all_the_same(
    desk, held, frozen_clock
):
    await desk.ready()

    async def no(text):
        said = await desk.check(text)
        assert "这不等于对方不符合条件" in said
        assert "不下雨" not in said
        await desk.next()
        return said

    request = await desk.request()
    assert "出示给别的商户" in await no(answer(held, with_audience(request, "merchant-18")))
    shown = answer(held, await desk.request())
    assert "内容被改过" in await no(shown[:-5] + "AAAAA")
    assert "不是一张证明" in await no("就是我")
    copied = shown.rpartition("~")[0] + "~"
    assert "只是一份复制件" in await no(copied)
    late = answer(held, await desk.request())
    frozen_clock.forward(2 * MINUTE)
    await desk.set_clock()
    assert "已超过一分钟" in await no(late)


async def test_a_proof_taken_on_this_device_is_taken_once_also_after_it_was_closed(desk, held):
    await desk.ready()
    assert "可以享受" in await desk.check(answer(held, await desk.request()))
    await desk.next()
    assert "已在本机用过" in await desk.check(answer(held, await desk.request()))
    await desk.page.reload()
    await desk.page.locator("#desk").wait_for()
    assert "已在本机用过" in await desk.check(answer(held, await desk.request()))
    await desk.next()
    assert "可以享受" in await desk.check(answer(held, await desk.request(), 1))
    kept = await desk.page.evaluate("localStorage.getItem('points-verify')")
    assert all(proof.split("~")[0] not in kept for proof in held.proofs)


async def test_a_revoked_proof_is_a_no_as_of_the_lists_date(desk, held, resident, frozen_clock):
    await desk.ready()
    assert (await resident.delete("/v1/me/consents?purpose=scenario")).status_code == 200
    frozen_clock.forward(MINUTE)
    await desk.seen()
    said = await desk.check(answer(held, await desk.request()))
    assert "已撤销或暂停" in said
    assert "依据6月1日 12:01的名单" in said


async def test_without_a_fresh_list_it_cannot_tell_unless_the_merchant_goes_by_the_old_one(
    desk, held, server, frozen_clock
):
    await desk.ready()
    server.stop.set()
    await desk.page.wait_for_timeout(200)
    frozen_clock.forward(7 * MINUTE)
    await desk.seen()
    assert "撤销名单是6月1日 12:00（7 分钟前）的，已不算新" in await desk.notices()
    said = await desk.check(answer(held, await desk.request()))
    assert "说不准" in said
    assert "没有新的撤销名单" in said
    await desk.page.click("text=按6月1日 12:00的名单核验这一次")
    said = await desk.verdict()
    assert "可以享受" in said
    assert "那以后撤销的认不出" in said
    await desk.next()
    await desk.page.click("#settings summary")
    await desk.page.check("#with-old-list")
    said = await desk.check(answer(held, await desk.request(), 1))
    assert "可以享受" in said
    assert "那以后撤销的认不出" in said


async def test_what_an_old_list_has_revoked_stays_revoked(
    desk, held, resident, server, frozen_clock
):
    assert (await resident.delete("/v1/me/consents?purpose=scenario")).status_code == 200
    await desk.ready()
    server.stop.set()
    frozen_clock.forward(7 * MINUTE)
    await desk.seen()
    await desk.check(answer(held, await desk.request()))
    await desk.page.click("#by-old-list")
    assert "已撤销或暂停" in await desk.verdict()


async def test_keys_and_lists_of_days_ago_are_told_with_their_age(desk, server, frozen_clock):
    await desk.ready()
    server.stop.set()
    frozen_clock.forward(timedelta(days=3))
    await desk.seen()
    said = await desk.notices()
    assert "（3 天前）的，已不算新" in said
    assert "公钥是6月1日 12:00（3 天前）取的" in said


async def test_an_expired_proof_is_a_no(desk, held, frozen_clock):
    await desk.ready()
    frozen_clock.forward(timedelta(hours=26))
    await desk.seen()
    assert "已经过期" in await desk.check(answer(held, await desk.request()))


async def test_a_scenario_that_was_stopped_is_told(desk, application):
    await desk.ready()
    await shop.stop(application)
    await desk.seen()
    assert "这个场景已停办" in await desk.notices()


async def test_setting_up_names_what_is_missing_and_finds_by_pinyin(desk):
    await desk.open("")
    await desk.page.locator("#setup").wait_for()
    await desk.page.click("#setup-form button[type=submit]")
    assert "请填编号" in await desk.page.inner_text("#audience-error")
    assert "请选一个场景" in await desk.page.inner_text("#scenario-error")
    assert await desk.page.evaluate("document.activeElement.id") == "audience"
    await desk.page.fill("#audience", "merchant-17")
    await desk.page.fill("#words", "没有这样的场景")
    await desk.page.locator("text=没有找到").wait_for()
    await desk.page.fill("#words", "yusan")
    await desk.page.check(f"#scenario-{SHOWN}")
    await desk.page.wait_for_load_state("networkidle")
    await desk.page.click("#setup-form button[type=submit]")
    await desk.page.locator("#desk").wait_for()
    asked = json.loads(await desk.request())
    assert (asked["audience"], asked["scenario"]) == ("merchant-17", SHOWN)


async def test_an_empty_answer_and_a_hand_scanners_enter(desk, held):
    await desk.ready()
    await desk.page.click("#answer button[type=submit]")
    assert "请先扫码或粘贴证明" in await desk.page.inner_text("#proof-error")
    await desk.page.fill("#proof", answer(held, await desk.request()))
    await desk.page.press("#proof", "Enter")
    await desk.page.locator("#verdict").wait_for()
    assert "可以享受" in await desk.verdict()
    assert await desk.page.evaluate("document.activeElement.id") == "verdict"
