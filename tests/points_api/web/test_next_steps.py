"""What the page tells a merchant to do next, and how they know that it was done."""

from tests.points_api.proofs.wallet import MERCHANT
from tests.points_api.verifications.shop import SHOWN
from tests.points_api.web.desk import MINUTE, answer, with_audience


async def test_a_new_code_is_one_press_away_from_a_no_that_it_can_mend(desk, held, frozen_clock):
    await desk.ready()

    async def no(text):
        before = await desk.request()
        said = await desk.check(text)
        action = await desk.page.inner_text("#next")
        await desk.next()
        assert await desk.page.locator("#code svg").is_visible()
        assert await desk.request() != before
        return said, action

    for_another = answer(held, with_audience(await desk.request(), "merchant-18"))
    of_before = answer(held, await desk.request())
    for text in (for_another, of_before):
        said, action = await no(text)
        assert "请换新码" in said
        assert action.split("\n") == ["换新码再试", "Show a new code"]
    late = answer(held, await desk.request())
    frozen_clock.forward(2 * MINUTE)
    await desk.set_clock()
    said, action = await no(late)
    assert "已超过一分钟：请换新码" in said
    assert "换新码再试" in action
    said, action = await no("garbage")
    assert "换新码" not in said
    assert "下一位" in action


async def test_updating_by_hand_says_whether_it_did(desk, server):
    await desk.ready()
    await desk.page.click("#settings summary")
    await desk.page.click("#update")
    await desk.page.locator("#updated >> text=已更新").wait_for()
    await desk.page.route("**/v1/proofs/status/**", lambda route: route.fulfill(body="a.b.c"))
    await desk.page.click("#update")
    await desk.page.locator("#updated >> text=取到的核不过，未更新").wait_for()
    server.stop.set()
    await desk.page.wait_for_timeout(200)
    await desk.page.click("#update")
    await desk.page.locator("#updated >> text=没有网络，未更新").wait_for()


async def test_the_bar_tells_how_long_the_list_will_do_without_a_network(
    desk, server, frozen_clock
):
    await desk.ready()
    assert "名单还可用 6 分钟" in await desk.notices()
    server.stop.set()
    await desk.page.wait_for_timeout(200)
    frozen_clock.forward(4.5 * MINUTE)
    await desk.seen()
    assert "the list is good for 1 more min" in await desk.notices()
    frozen_clock.forward(MINUTE)
    await desk.seen()
    assert "名单还可用不到 1 分钟" in await desk.notices()


async def test_a_link_whose_scenario_is_not_found_says_so_also_where_another_is_set_up(desk):
    lost = f"?merchant={MERCHANT}&scenario=no-such"
    await desk.open(lost)
    assert "链接里的场景没有找到" in await desk.page.inner_text("#scenario-error")
    assert await desk.page.locator("#audience").input_value() == MERCHANT
    await desk.page.check(f"#scenario-{SHOWN}")
    await desk.page.locator("#scenario-error:empty").wait_for(state="attached")
    await desk.page.click("#setup-form button[type=submit]")
    await desk.page.locator("#desk").wait_for()
    await desk.open(lost)
    assert "链接里的场景没有找到" in await desk.page.inner_text("#scenario-error")
    assert not await desk.page.locator("#desk").is_visible()


async def test_scenarios_to_choose_from_are_told_in_both_languages(desk, http):
    await desk.open("")
    option = desk.page.locator(f"label[for=scenario-{SHOWN}]")
    for language in ("zh-CN", "en"):
        headers = {"accept-language": language}
        one = (await http.get(f"/v1/scenarios/{SHOWN}", headers=headers)).json()
        said = await option.inner_text()
        assert one["title"] in said
        assert one["benefit"]["text"] in said
    assert desk.errors == []


async def test_a_link_whose_merchant_is_no_number_says_so_until_one_is_given(desk):
    await desk.open(f"?merchant=老王的店&scenario={SHOWN}")
    assert "链接里的商户编号不对" in await desk.page.inner_text("#audience-error")
    assert not await desk.page.locator("#desk").is_visible()
    await desk.page.fill("#audience", MERCHANT)
    assert await desk.page.inner_text("#audience-error") == ""


async def test_the_merchants_number_is_explained_and_its_fault_goes_once_it_is_filled(desk):
    await desk.open("")
    assert "在信用办的开户信里" in await desk.page.inner_text("#audience-help")
    await desk.page.click("#setup-form button[type=submit]")
    await desk.page.fill("#audience", "老王的店")
    assert "请填编号" in await desk.page.inner_text("#audience-error")
    await desk.page.fill("#audience", MERCHANT)
    assert await desk.page.inner_text("#audience-error") == ""
    assert await desk.page.get_attribute("#audience", "aria-invalid") == "false"


async def test_a_yes_names_the_scenario_and_the_time_of_the_check(desk, held):
    await desk.ready()
    (title, *_) = (await desk.page.inner_text("#desk-title")).split("\n")
    said = await desk.check(answer(held, await desk.request()))
    assert f"{title.strip()} · 12:00" in said
