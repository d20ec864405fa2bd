"""What the page tells a merchant to do next, and how they know that it was done."""

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
