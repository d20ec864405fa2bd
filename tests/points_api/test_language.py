import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.language import Text, choose
from tests.frame.tree import ROOT, tracked


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5,zh;q=0.4", "en"),
        ("zh;q=0.4, EN;Q=0.5", "en"),
        ("en;q=0.5,zh;q=0.5", "en"),
        ("fr,en;q=0.1", "en"),
        ("fr,de", "zh"),
        ("*", "zh"),
        ("*;q=0.1,en;q=0.2", "en"),
        ("en;q=0", "zh"),
        ("en;q=high", "zh"),
        ("en;q=7", "zh"),
        ("enormous", "zh"),
    ],
)
def test_the_language_ranked_highest_is_chosen(header, chosen):
    assert choose(header) == chosen


@given(st.text(max_size=60))
def test_no_header_is_too_strange_to_be_answered(header):
    assert choose(header) in {"zh", "en"}


def test_a_message_is_filled_in_both_languages():
    text = Text("最多 {limit} 项", "At most {limit} entries").fill(limit=3)
    assert (text.say("zh"), text.say("en")) == ("最多 3 项", "At most 3 entries")


def test_a_band_is_called_by_one_word_wherever_it_is_told():
    """The city writes 等级. The notice of 2026 does not: a new edition asks everybody anew."""
    shown = [path for path in tracked() if path.suffix in {".py", ".toml", ".html", ".js", ".md"}]
    ours = [path for path in shown if path.relative_to(ROOT).parts[0] not in {"tests", "dev"}]
    others = {
        path.name for path in ours if "等次" in path.read_text(encoding="utf-8")
    }  # fmt: skip
    assert others == {"huangshi-2026.1.toml"}
