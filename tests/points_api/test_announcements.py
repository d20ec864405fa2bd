"""What is embedded, fake or unprotected is said at the start."""

from points_api.announcements import in_brief, in_full
from points_api.settings import load
from tests.points_api.test_settings import REAL


def test_what_is_embedded_or_fake_is_announced_and_the_published_key_first():
    told = in_full(load())
    assert len(told) == 4
    assert told[0].startswith("警告")
    assert "WARNING" in told[0]
    assert "POINTS_SECRET_KEYS" in told[0]


def test_a_sign_in_that_believes_anybody_is_announced():
    [line] = [line for line in in_full(load()) if "POINTS_WECHAT_APPID" in line]
    assert "谁都可以当作任何人登录" in line
    assert "anyone can sign in as anyone" in line


def test_pushing_to_this_machine_is_announced():
    told = in_full(load({"webhook_loopback": True}))
    assert any("POINTS_WEBHOOK_LOOPBACK" in line for line in told)


def test_a_real_installation_has_nothing_to_announce():
    assert in_full(load(REAL)) == []
    assert in_brief(load(REAL)) == []


def test_all_that_is_announced_is_named_in_one_line():
    [line] = in_brief(load({"webhook_loopback": True}))
    assert "\n" not in line
    assert line.count("、") == len(in_full(load({"webhook_loopback": True}))) - 1
