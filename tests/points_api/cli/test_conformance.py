"""`points federation conformance` and `admit`: what is printed, and how each ends."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from typer.testing import CliRunner

from interop.directory import digest_of
from points_api import clock
from points_api.__main__ import app
from points_api.crypto import key_files
from points_api.federation import membership
from points_api.federation.places import places
from tests.points_api.federation.conformance.lax import edition


def points(*words, **env):
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "160", **env})


@pytest.fixture
def federation(tmp_path):
    """A directory of two cities whose addresses nobody answers."""
    return listed(tmp_path / "cities", 9)


def listed(folder, port):
    """A directory of two cities, the first at this port."""
    both = places(folder, 2, port)
    for place in both:
        place.prepare()
    membership.write_directory(folder, both, clock.now())
    return folder


class Refusing(BaseHTTPRequestHandler):
    """A server that is up, and no city."""

    def answer(self):
        self.send_error(404)

    do_GET = do_POST = answer  # noqa: N815 - the names that the library calls

    def log_message(self, *_):
        pass


@pytest.fixture
def no_city():
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_without_a_key_it_makes_one_and_prints_what_to_list(tmp_path):
    told = points("federation", "conformance", "http://x", "--key", tmp_path / "kit",
                  "--division", "460200")  # fmt: skip
    assert told.exit_code == 0
    member = json.loads(told.stdout)
    public = json.loads((tmp_path / "kit/public.jwk.json").read_text())
    assert member["city"] == "460200"
    assert [key["x"] for key in member["keys"]] == [public["x"]]
    again = points("federation", "conformance", "http://x", "--key", tmp_path / "kit")
    assert json.loads(again.stdout)["keys"][0]["x"] == public["x"]


def test_what_it_prints_can_be_listed_and_is_found_by_its_key(tmp_path, no_city):
    kit, file, federation = tmp_path / "kit", tmp_path / "member.json", tmp_path / "cities"
    listed(federation, no_city)
    file.write_text(points("federation", "conformance", "http://x", "--key", kit,
                           "--division", "460200").stdout)  # fmt: skip
    admitted = points("federation", "admit", file, "--folder", federation)
    assert (admitted.exit_code, (federation / "directory-2.json").is_file()) == (0, True)
    address = f"http://127.0.0.1:{no_city}"
    words = ("federation", "conformance", address, "--key", kit, "--directory",
             federation / "directory.json", "--json")  # fmt: skip
    told = points(*words)
    report = json.loads(told.stdout)
    assert told.exit_code == 1  # it does not do what a city does
    assert (report["as"].partition("/")[0], report["directory_version"]) == ("460200", 2)
    assert report["passed"] == 0
    assert all("404" in one["why"] for one in report["checks"] if one["id"] == "unsigned")
    told = points(*words[:-1])
    assert "✗ unsigned: 应当：答 401，而不是 404 (should be so: 401 is answered" in told.stderr
    assert "– use: 需要 一位认得的访客" in told.stdout
    assert "(needs a visitor who was recognized" in told.stdout


def test_where_nobody_answers_nothing_was_checked_which_is_no_failure_of_the_city(federation):
    told = points("federation", "conformance", "http://127.0.0.1:9", "--as",
                  federation / "tianjin")  # fmt: skip
    assert (told.exit_code, told.stdout) == (2, "")
    assert "http://127.0.0.1:9 没有应答" in told.stderr
    assert "nobody answers" in told.stderr


def test_a_member_takes_the_place_of_what_stood_under_its_code(tmp_path, federation):
    members = json.loads((federation / "directory.json").read_text())["signed"]["members"]
    key = members[1]["keys"][0] | {"name": "mine-1", "x": "A" * 43}
    mine = members[1] | {"address": "https://mine.example", "keys": [key]}
    (tmp_path / "mine.json").write_text(json.dumps(mine))
    assert (
        points("federation", "admit", tmp_path / "mine.json", "--folder", federation).exit_code == 0
    )
    after = json.loads((federation / "directory-2.json").read_text())["signed"]
    assert [one["address"] for one in after["members"]] == [
        members[0]["address"], "https://mine.example",
    ]  # fmt: skip
    # Tables that were signed before are still to be verified.
    assert after["members"][1]["keys"] == [key, *members[1]["keys"]]


@pytest.mark.parametrize("member", ["{", "[]", '{"city": "460200"}'])
def test_what_no_directory_may_list_is_refused_and_nothing_written(tmp_path, federation, member):
    (tmp_path / "member.json").write_text(member)
    told = points("federation", "admit", tmp_path / "member.json", "--folder", federation)
    assert told.exit_code == 2
    assert "member.json" in told.stderr
    assert not (federation / "directory-2.json").exists()


def test_a_field_that_a_member_lacks_is_named_with_where_to_look(tmp_path, federation):
    (tmp_path / "member.json").write_text("{}")
    told = points("federation", "admit", tmp_path / "member.json", "--folder", federation)
    assert "缺少 'city'" in told.stderr
    assert "docs/joining.md" in told.stderr


def test_an_address_a_key_and_a_digest_that_do_not_fit_are_named(tmp_path, federation):
    sanya = federation / "tianjin"
    told = points("federation", "conformance", "http://127.0.0.1:1", "--as", sanya)
    assert (told.exit_code, "http://127.0.0.1:9" in told.stderr) == (2, True)
    key_files.write_pair(tmp_path / "kit")
    directory = federation / "directory.json"
    words = ("federation", "conformance", "http://127.0.0.1:9", "--key", tmp_path / "kit")
    told = points(*words, "--directory", directory)
    assert (told.exit_code, "does not list" in told.stderr) == (2, True)
    told = points(*words, "--directory", directory, "--digest", digest_of(edition()))
    assert (told.exit_code, "unknown-signer" in told.stderr) == (2, True)
    told = points(*words, "--directory", directory, "--visit", "museum")
    assert (told.exit_code, "--visit" in told.stderr) == (2, True)


def test_a_city_that_was_not_started_is_answered_with_those_that_were(tmp_path, federation):
    words = ("federation", "conformance", "http://127.0.0.1:9", "--as")
    told = points(*words, federation / "haikou")
    assert told.exit_code == 2
    assert f"there are): {federation / 'huangshi'}, {federation / 'tianjin'}" in told.stderr
    told = points(*words, tmp_path / "nowhere" / "sanya")
    assert (told.exit_code, "make federation" in told.stderr) == (2, True)
