"""The shipped scenarios, or some of them, in a test's database; documents to make more from."""

from copy import deepcopy
from dataclasses import replace
from functools import cache

from points_api import clock
from points_api.city import load_city
from points_api.scenarios.importing import import_folder
from points_api.scenarios.live import LiveScenarios
from scenarios import files

LIBRARY = "huangshi-library-no-deposit"
DAYE = "daye-library-no-deposit"


@cache
def shipped():
    with clock.fixed(clock.now()):
        return files.load(load_city().known(clock.today()))


def of_categories(*categories):
    """The ids of all shipped scenarios of these categories."""
    return [one.id for one in shipped().scenarios if one.category in categories]


async def publish(*ids):
    """Import these, or all where none is named."""
    folder = shipped()
    chosen = {name: folder.documents[name] for name in ids or folder.documents}
    return await import_folder(replace(folder, documents=chosen), "office:test", clock.now())


def document(scenario_id=LIBRARY, **changes):
    """A document as the files have it, with other values for some keys."""
    return deepcopy(dict(shipped().documents[scenario_id])) | changes


def live():
    """Another process's view of the registry."""
    folder = shipped()
    categories = {one.id: one for one in folder.categories}
    return LiveScenarios(load_city(), categories, folder.seats, folder.divisions)
