"""docs/joining.md shows what the code does, to the byte, and names every refusal of the kit."""

import re

import pytest

from interop import directory, statement
from interop.signing import Request, Response, Terms, check_request, verify_response
from tests.frame.tree import text
from tests.interop import joining

PAGE = text("docs/joining.md")
BLOCKS = re.findall(r"^```(?:json)?\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
NOT_PRINTED = {"public keys"}  # they stand in the directory


@pytest.mark.parametrize("name", sorted(joining.texts().keys() - NOT_PRINTED))
def test_each_text_of_the_example_stands_in_the_page_as_the_code_makes_it(name):
    assert joining.texts()[name] in BLOCKS


def test_the_printed_example_verifies_by_the_printed_directory_and_digest():
    said = joining.texts()
    document, digest, body, head = (
        said["directory"],
        *(said[name] for name in ("digest of the directory", "question", "request")),
    )
    members = directory.begin(document.encode(), digest).at(joining.NOW)
    request = Request(
        "POST", f"{joining.ADDRESS}/interop/v1/recognitions", _headers(head), body.encode()
    )
    by = check_request(request, members, Terms(joining.ADDRESS), joining.NOW)
    assert by.city == "460200"
    answer = Response(200, _headers(said["response"]), said["answer"].encode())
    assert verify_response(answer, request, members, Terms(""), joining.NOW).city == "420200"
    token = said["answer"].removeprefix('{"statement":"').removesuffix('"}')
    bands = ["good", "excellent"]
    seen = statement.verify(token, joining.ASKED, members, bands, joining.NOW)
    assert seen.band == "excellent"
    declined = statement.verify_either(said["decline"], joining.ASKED, members, bands, joining.NOW)
    assert isinstance(declined, statement.NotRecognized)


def _headers(lines):
    return {
        name.lower(): value for name, value in re.findall(r"^([\w-]+): (.*)$", lines, re.MULTILINE)
    }
