"""A merchant's phone with the page open, and a resident's phone beside it."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from points_api import clock
from tests.points_api.proofs.wallet import MERCHANT, Wallet, filled
from tests.points_api.verifications.shop import SHOWN

PHONE = {"width": 390, "height": 844}
CONTROLLED = """
    new Promise((resolve) => {
      const worker = navigator.serviceWorker;
      worker.addEventListener("controllerchange", () => resolve());
      if (worker.controller) resolve();
    })
"""


@dataclass
class Desk:
    """`page` is Playwright's; the texts are found as somebody finds them who sees or hears them."""

    page: Any
    address: str
    errors: list[str]

    async def open(self, query=f"?merchant={MERCHANT}&scenario={SHOWN}"):
        await self.page.goto(f"{self.address}/verify{query}")
        await self.page.locator("main:not([aria-busy])").wait_for()

    async def ready(self):
        """Open, set up, and kept by the worker for the time without a network."""
        await self.open()
        await self.page.locator("#desk").wait_for()
        await self.page.evaluate(CONTROLLED)

    async def set_clock(self):
        await self.page.clock.set_fixed_time(clock.now())

    async def request(self):
        return await self.page.locator("#request-text").input_value()

    async def check(self, text):
        await self.page.fill("#proof", text)
        await self.page.click("#answer button[type=submit]")
        await self.page.locator("#verdict").wait_for()
        return await self.verdict()

    async def verdict(self):
        return await self.page.inner_text("#verdict")

    async def next(self):
        await self.page.click("#next")
        await self.page.locator("#desk").wait_for()

    async def notices(self):
        return await self.page.inner_text("#notices")

    async def seen(self):
        """The phone comes back to the page: what it shows is what holds now."""
        await self.set_clock()
        await self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await self.page.locator("#update:not([disabled])").wait_for(state="attached")


async def opened(browser, address, **context):
    """A new phone at this address, whose clock stands where the application's does."""
    phone = await browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN", **context
    )
    page, errors = await phone.new_page(), []

    def elsewhere(url):
        return [] if url.startswith(address) else [url]

    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.extend([said.text] if said.type == "error" else []))
    page.on("request", lambda one: errors.extend(elsewhere(one.url)))
    desk = Desk(page, address, errors)
    await desk.set_clock()
    return desk


async def wallet(resident, http, count=5):
    """Proofs fetched from the page's own address, for there the lists are found."""
    return await filled(replace(resident, http=http), count)


def answer(held: Wallet, request: str, n=0):
    return held.show(request, n)


def with_audience(request: str, audience: str):
    return json.dumps({**json.loads(request), "audience": audience})


MINUTE = timedelta(minutes=1)
