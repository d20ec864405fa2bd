"""All refusals of the program, wherever they are."""

import importlib
import pkgutil

import points_api
from points_api import problem
from points_api.merchants.problems import LabelRefused
from points_api.problem import NotFound


def everything() -> None:
    """Import whatever may make one."""
    for module in pkgutil.walk_packages(points_api.__path__, "points_api."):
        if not module.name.startswith(("points_api.db.migrations.", "points_api.asgi")):
            importlib.import_module(module.name)


def test_no_two_refusals_anywhere_share_a_name_or_a_code():
    everything()  # a clash is raised where the second class is made


def test_every_refusal_of_what_was_sent_names_the_field_that_is_wrong():
    everything()
    told_otherwise = {
        "invalid-request",  # by the field's own error
        "supposition-refused", "unknown-record", "unknown-item",  # which one of many is in a body
        "partner-question-refused", "mapping-tables-refused",  # a reason of the exchange's own
    }  # fmt: skip
    unsaid = {
        one.slug
        for one in set(problem._known.values())
        if one.status == 422 and one.about is None and not one.slug.startswith("test-")
    }
    assert unsaid == told_otherwise


def test_a_refusal_of_a_field_tells_source_pointer_code_and_message():
    told = LabelRefused().body("en")
    assert told["errors"] == [
        {
            "source": "body",
            "pointer": "#/label",
            "code": "staff_label_refused",
            "message": told["detail"],
        }
    ]
    assert "errors" not in NotFound().body("en")
