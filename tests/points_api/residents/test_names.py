import pytest

from points_api.residents import names


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("张三", "张三"),
        ("  张三\u3000", "张三"),
        ("张 三", "张三"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 ． 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("John   Smith", "John Smith"),
        ("José", "Jose\u0301"),
    ],
)
def test_ways_of_writing_one_name_are_one_name(written, compared):
    assert names.normalize(written) == names.normalize(compared)
    assert names.is_name(names.normalize(written))


def test_rare_characters_outside_the_basic_plane_are_names():
    assert names.is_name("张\U00020bb7")  # 𠮷


@pytest.mark.parametrize(
    "text", ["", "张", "张3", "123", "张三\n李四", "<b>", "·张", "张" * 51, "'; --"]
)
def test_what_cannot_be_a_name_is_told_apart(text):
    assert not names.is_name(names.normalize(text))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("张小三", "张*三"), ("欧阳小三", "欧**三"), ("阿卜杜拉·买买提", "阿***提")],
)
def test_a_shown_name_keeps_its_first_and_last_character_only(name, shown):
    assert names.mask(name) == shown


def test_a_shown_phone_hides_its_middle():
    assert names.mask_phone("13812345678") == "138****5678"
