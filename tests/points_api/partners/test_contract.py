"""OpenAPI alone tells a partner's engineer what to send, what comes back, and why not."""

import pytest
from jsonschema_rs import Draft202012Validator

from interop import statement
from interop.canonical import parse
from interop.statement import Answer
from points_api.app import create_app
from points_api.federation.conformance.cases import cases
from points_api.federation.conformance.messages import PATHS
from points_api.partners.contract import REASONS
from points_api.settings import load
from tests.interop import joining

OPERATIONS = [*PATHS.values(), ("GET", "/interop/v1/directory/{version}")]


@pytest.fixture(scope="module")
def document():
    return create_app(load({"redis_url": "memory://"})).openapi()


def operation(document, name):
    method, path = PATHS[name]
    return document["paths"][path][method.lower()]


def test_every_operation_of_partners_is_described_and_no_other_is(document):
    described = {path for path in document["paths"] if path.startswith("/interop/")}
    assert described == {path for _, path in OPERATIONS}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_signed_is_said_of_request_and_answers(document, method, path):
    said = document["paths"][path][method.lower()]
    headers = {one["name"] for one in said["parameters"] if one["in"] == "header"}
    assert headers == {"Content-Digest", "Signature-Input"}
    assert said["security"] == [{"partner": []}]
    signed = {status for status, one in said["responses"].items() if one.get("headers")}
    assert signed.isdisjoint({"401", "413"})
    assert signed == said["responses"].keys() - {"401", "413", "default"}
    for status in signed:
        assert said["responses"][status]["headers"].keys() - {"Location", "Retry-After"} == {
            "Content-Digest", "Signature-Input", "Signature", "RateLimit-Policy", "RateLimit",
        }  # fmt: skip
    assert "Retry-After" in said["responses"]["429"]["headers"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("recognitions", "question"), ("usage", "use"), ("revocations", "revocation")],
)
def test_the_bodies_of_the_page_are_as_described_and_nothing_may_be_added(document, name, text):
    body = operation(document, name)["requestBody"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator(body)
    said = parse(joining.texts()[text].encode())
    assert validator.is_valid(said)
    assert not validator.is_valid(said | {"name": "x"})
    for field in body["required"]:
        assert not validator.is_valid({k: v for k, v in said.items() if k != field})


def test_each_item_of_a_batch_is_described_as_a_question_is(document):
    one, many = (
        operation(document, name)["requestBody"]["content"]["application/json"]
        for name in ("recognitions", "batch")
    )
    assert many["schema"]["properties"]["items"]["items"] == one["schema"]


def test_an_operation_names_the_reasons_of_just_the_refusals_that_it_may_give(document):
    fetching = operation(document, "results")["responses"]["422"]
    problem = fetching["content"]["application/problem+json"]
    assert list(problem["examples"]) == ["invalid-request"]
    assert "reason" not in problem["schema"]["properties"]


def test_the_answer_tells_what_is_inside_its_token(document):
    ok = operation(document, "recognitions")["responses"]["200"]["content"]["application/json"]
    inside = ok["schema"]["properties"]["statement"]
    assert inside["contentMediaType"] == "application/jwt"
    validator = Draft202012Validator(inside["contentSchema"])
    for name in ("statement, claims", "decline, claims"):
        said = parse(joining.texts()[name].encode())
        assert validator.is_valid(said)
        assert not validator.is_valid(said | {"name": "x"})
    assert ok["schema"]["required"] == list(Answer.model_fields)
    assert statement.LONGEST_SECONDS == 300


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_every_refusal_of_the_kit_is_described(document, case):
    expect = case.expect
    if expect.status < 400:
        return
    response = operation(document, case.to)["responses"][str(expect.status)]
    problem = response["content"]["application/problem+json"]
    if expect.type is not None:
        assert expect.type in problem["examples"]
    if expect.reasons:
        named = problem["schema"]["properties"]["reason"]["enum"]
        assert set(expect.reasons) <= set(named) == set(REASONS[expect.status])
