"""What a merchant is shown of the scenarios that it serves."""

from dataclasses import replace

from points_api import clock
from points_api.merchants import serving
from points_api.scenarios.importing import import_folder
from points_api.scenarios.models import ScenarioVersion
from scenarios import files
from tests.points_api.merchants.shop import OFFICE, opened


async def test_a_published_scenario_is_shown_with_benefit_and_conditions_and_a_stopped_one_as_such(
    application,
):
    state = application.app.state
    folder = files.load(state.city.known(clock.today()))
    library = next(one for one in folder.scenarios if one.category == "library")
    await import_folder(replace(folder, scenarios=(library,)), "office:test", clock.now())
    await state.scenarios.refresh()
    manager = await opened(application.http, sandbox=True)
    await serving.serve(OFFICE, manager.merchant_id, library.id, clock.now())

    [shown] = (await manager.call("GET", "/scenarios", accept_language="en")).json()["items"]
    assert (shown["state"], shown["open"], shown["version"]) == ("published", True, 1)
    assert shown["title"] == library.title.en
    assert shown["benefit"] == library.benefit.says().en
    assert shown["conditions"] == [one.demand().en for one in library.conditions]
    assert shown["verification"] == list(library.verification)

    await ScenarioVersion.filter(scenario_id=library.id).update(state="suspended")
    [shown] = (await manager.call("GET", "/scenarios")).json()["items"]
    assert (shown["state"], shown["open"]) == ("suspended", False)
    assert shown["title"] == library.title.zh
