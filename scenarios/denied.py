"""No punishment can be written: words that would make a perk a penalty are refused by name.

The schema has no key for one. What is left is free text, in which somebody could still write that
others are refused, pay more or wait longer. So each text of a scenario is compared with the words
of the fourteen measures of the national list of disciplinary measures (全国失信惩戒措施基础清单)
and with words for limiting a service that everybody has a right to. NDRC 2019-07-18: a personal
score may come with rewards and must not be used to punish.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.words import Words


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of disadvantage, and the words that give it away."""

    id: str
    title: Words
    words: tuple[str, ...]


# The grouping follows the national list's three groups and fourteen measures; the wording of the
# titles is ours, because the list's own text could not be compared word by word.
MEASURES: tuple[Measure, ...] = (
    Measure("entry", Words("限制市场或行业准入", "barring from a market or trade"),
            ("准入限制", "限制准入", "市场禁入", "行业禁入", "不予准入")),
    Measure("posts", Words("限制任职", "barring from posts"),
            ("限制任职", "不得担任", "不得录用", "不予录用", "限制录用", "限制招录")),
    Measure("consumption", Words("限制消费", "limiting consumption"),
            ("限制消费", "限制高消费", "禁止乘坐", "限制乘坐", "不得乘坐", "禁止入住")),
    Measure("exit", Words("限制出境", "barring from leaving the country"),
            ("限制出境", "不准出境", "限制出入境")),
    Measure("schooling", Words("限制升学复学", "limiting schooling"),
            ("限制升学", "限制就学", "限制入学", "不予录取", "不得就读")),
    Measure("fiscal", Words("限制财政资金项目", "barring from public funds"),
            ("限制申请财政", "取消财政", "不予补贴", "取消补贴", "停发")),
    Measure("honors", Words("限制评先评优", "barring from honors"),
            ("限制评优", "取消评优", "取消荣誉", "撤销荣誉", "限制评先")),
    Measure("policies", Words("限制优惠政策", "withdrawing preferential policies"),
            ("限制享受优惠政策", "停止享受政策", "取消优惠政策")),
    Measure("supervision", Words("重点监管", "closer supervision"),
            ("重点监管", "加大检查", "提高检查频次", "列为重点对象")),
    Measure("list", Words("列入严重失信主体名单", "entering on a list of serious dishonesty"),
            ("黑名单", "严重失信", "失信名单", "列入失信", "失信被执行人")),
    Measure("disclosure", Words("公示曝光", "public exposure"),
            ("曝光", "公开批评", "通报批评", "公示失信", "排名公布")),
    Measure("report", Words("推送征信记录", "reporting to credit bureaus"),
            ("推送征信", "计入征信", "纳入征信", "报送征信", "上征信")),
    Measure("lending", Words("从严信贷", "stricter lending"),
            ("从严授信", "提高利率", "上浮利率", "利率上浮", "压缩授信", "限制贷款", "不予贷款")),
    Measure("guarantee", Words("提高保证金或费率", "raising deposits or rates"),
            ("提高押金", "加收押金", "提高保证金", "提高费率", "提高保费", "加倍收取")),
    Measure("worse_service", Words("降低或限制服务", "worse or limited service"),
            ("不予受理", "拒绝受理", "暂停服务", "停止服务", "限制服务", "拒绝服务", "不予办理",
             "延后办理", "取消资格", "扣分", "扣减积分", "加价", "加收", "罚款", "滞纳金", "违约金",
             "停水", "停电", "停气", "停热", "不得享受", "禁止进入", "不得进入", "末位", "降级")),
    Measure("english", Words("英文中的限制", "the same in English"),
            ("blacklist", "penalt", "surcharge", "refused service", "is refused", "are refused",
             "banned", "not be served", "raise the deposit", "raised rate", "public shaming",
             "higher price for", "higher deposit for")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """A text of a scenario that says a disadvantage."""

    where: str
    word: str
    measure: Measure

    def __str__(self) -> str:
        return (
            f"{self.where}: “{self.word}”属于{self.measure.title.zh}，积分只奖励、不惩戒："
            "请改写成所有人本来就有的服务加一项优惠 "
            f"(a disadvantage, {self.measure.title.en}: write what everybody gets and a benefit "
            "on top)"
        )


def refusals(texts: Iterable[tuple[str, str]]) -> list[Refusal]:
    """Every disadvantage said in these texts, given as pairs of place and text.

    >>> [refusal.measure.id for refusal in refusals([("ordinary", "失信者加收押金")])]
    ['guarantee', 'worse_service']
    """
    return [
        Refusal(where, word, measure)
        for where, text in texts
        for lowered in (text.lower(),)
        for measure in MEASURES
        for word in measure.words
        if word in lowered
    ]
