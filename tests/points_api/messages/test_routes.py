"""`/v1/me/messages` through the whole application."""

from points_api import clock
from points_api.db import config
from points_api.ids import new_id
from points_api.messages.models import Message
from points_api.residents.models import Resident
from points_api.scenarios.live import Published
from points_api.scenarios.models import ScenarioVersion
from scenarios.eligibility import Index
from tests.points_api.application import running
from tests.points_api.db import rows
from tests.points_api.scenarios.registry import LIBRARY, document, publish


async def test_a_resident_reads_their_notices_marks_them_and_chooses_what_buzzes(database_url):
    async with running(database_url) as application:
        me, other = await application.visitor(1), await application.visitor(2)
        mine, theirs = await Resident.all().order_by("id")
        for resident in (mine, mine, theirs):
            await rows.message(resident=resident)

        first = (await me.get("/v1/me/messages?limit=1")).json()
        assert first["unread"] == 2
        second = (await me.get(f"/v1/me/messages?limit=1&cursor={first['next']}")).json()
        assert second["next"] is None
        seen = {first["items"][0]["id"], second["items"][0]["id"]}
        assert seen == {str(row.id) for row in await Message.filter(resident_id=mine.id)}
        assert first["items"][0]["title"] == "权益已使用"
        assert first["items"][0]["body"] == "您在“s1”使用了一次权益"
        english = await me.get("/v1/me/messages", accept_language="en")
        assert english.json()["items"][0]["title"] == "Benefit used"

        assert (await me.post("/v1/me/messages/read")).status_code == 204
        assert (await me.get("/v1/me/messages")).json()["unread"] == 0
        assert (await other.get("/v1/me/messages")).json()["unread"] == 1

        asked = await me.post("/v1/me/message-preferences/accepted", {"accepted": ["benefit_used"]})
        assert asked.status_code == 200
        kinds = {one["kind"]: one for one in asked.json()["kinds"]}
        assert kinds["benefit_used"]["accepted"] == 1
        assert asked.json()["quiet"] == {"since": "21:00", "until": "08:00"}


async def test_a_notice_calls_a_scenario_by_its_name_also_when_it_is_over(database_url):
    async with config.open(database_url):
        await publish(LIBRARY)
    async with running(database_url) as application:
        me = await application.visitor(1)
        await rows.message(resident=await Resident.get(), params={"scenario": LIBRARY})

        async def body():
            return (await me.get("/v1/me/messages")).json()["items"][0]["body"]

        named = await body()
        title = document()["title"]
        assert named == f"您在“{title}”使用了一次权益"
        await ScenarioVersion.all().update(state="retired", live_since=None)
        application.app.state.scenarios.current = Published(clock.today(), {}, Index([]), 1)
        assert await body() == named


async def test_mistakes_in_preferences_are_told_by_field(database_url):
    async with running(database_url) as application:
        me = await application.visitor(1)
        for body in (
            {"muted": ["score"], "quiet": {"since": "21:00", "until": "08:00"}},
            {"muted": [], "quiet": {"since": "25:00", "until": "08:00"}},
            {"muted": [], "quiet": {"since": "21:00", "until": "08:00"}, "score": 1},
        ):
            answer = await application.http.put(
                "/v1/me/message-preferences", json=body, headers=me.headers()
            )
            assert answer.status_code == 422
            assert answer.json()["errors"]
        unknown = await me.post("/v1/me/messages/read", {"until": str(new_id())})
        assert unknown.status_code == 204
