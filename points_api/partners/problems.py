"""Refusals between cities: of a partner's message here, and what is told of a partner not reached.

The reason of `interop` goes out by its stable name. It says what the other side has done and no
value that it sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from interop.refusals import Refused
from points_api.language import Text
from points_api.problem import Problem


class ExchangeClosed(Problem):
    slug, status, errcode = "exchange-closed", 503, 50340
    title = ("本市目前没有接入互认", "This city is not connected to the exchange now")

    def __init__(self, reason: str) -> None:
        super().__init__(
            "没有可信的成员名录，或本市密钥不在其中；请信用办处理",
            "There is no member directory to be trusted, or our key is not in it; the office has "
            "to mend that",
            reason=reason,
        )


class PartnerUnsigned(Problem):
    """The signature cannot be read or does not hold: who calls is not known."""

    slug, status, errcode = "partner-not-admitted", 401, 40140
    title = ("请求的签名不成立", "The signature of the request does not hold")

    def __init__(self, refused: Refused) -> None:
        super().__init__(
            "按 RFC 9421 签名；原因见 reason", "Sign by RFC 9421; see reason", reason=refused.reason
        )


class PeerUnlisted(Problem):
    slug, status, errcode = "partner-unlisted", 401, 40141
    title = ("成员名录里没有这个城市", "The member directory does not list this city")

    def __init__(self) -> None:
        super().__init__(
            "只有名录中的成员可以调用", "Only members of the directory may call",
            reason="unlisted-peer",
        )  # fmt: skip


class DestinationWrong(Problem):
    slug, status, errcode = "partner-wrong-destination", 401, 40142
    title = ("请求不是发给本市的", "The request is addressed to another city")

    def __init__(self, address: str) -> None:
        super().__init__(
            "@target-uri 须以 address 开头", "@target-uri has to begin with address",
            reason="wrong-destination", address=address,
        )  # fmt: skip


class MessageReplayed(Problem):
    slug, status, errcode = "partner-message-replayed", 401, 40143
    title = ("这条消息已经收到过", "This message was received before")

    def __init__(self) -> None:
        super().__init__(
            "每条消息用新的 nonce", "Use a new nonce for each message", reason="replayed-nonce"
        )


class QuestionRefused(Problem):
    """The message is the partner's, and what it says does not hold."""

    slug, status, errcode = "partner-question-refused", 422, 42240
    title = ("请求的内容不成立", "What the request says does not hold")

    def __init__(self, refused: Refused, **fields: Any) -> None:
        super().__init__("原因见 reason", "See reason", reason=refused.reason, **fields)


@dataclass(frozen=True, slots=True)
class TableFault:
    """A mapping table that cannot be taken in, and why."""

    table: str
    refused: Refused


class TablesRefused(Problem):
    """None of the tables that came together was taken in; `faults` are those of each."""

    slug, status, errcode = "mapping-tables-refused", 422, 42241
    title = ("换算表不能收下，一份也没有收", "The mapping tables were refused, all of them")

    def __init__(self, faults: Sequence[TableFault]) -> None:
        self.faults = tuple(faults)
        told = [{"table": one.table, "reason": one.refused.reason} for one in faults]
        super().__init__("按 tables 所列原因改正", "Mend what tables names", tables=told)


class UnknownCity(Problem):
    slug, status, errcode = "unknown-city", 404, 40445
    title = ("没有与这个城市互认", "There is no recognition with this city")

    def __init__(self) -> None:
        super().__init__(
            "请填互认城市或县市的区划代码", "Give the division code of a city or county that is"
            " a partner",
        )  # fmt: skip


class HomeNotAsked(Problem):
    """For the host's merchant: nothing is known, neither yes nor no."""

    slug, status, errcode = "home-not-asked", 503, 50341
    title = ("暂时问不到访客的所在城市", "The visitor's home city could not be asked")

    def __init__(self, reason: str, retry_after_seconds: int = 30) -> None:
        why = explained(reason)
        super().__init__(
            f"{why.zh}。这不是“不符合条件”；请稍后请访客重新出示，或按普通服务办理",
            f"{why.en}. This is not a no; ask for a new code later, or give the ordinary service",
            reason=reason,
        )
        self.headers = {"Retry-After": str(retry_after_seconds)}


class HomeAnswerRefused(Problem):
    """For the host's merchant: home has answered, and the answer does not hold."""

    slug, status, errcode = "home-answer-refused", 502, 50240
    title = ("访客所在城市的答复不成立", "The answer of the visitor's home city does not hold")

    def __init__(self, reason: str) -> None:
        why = explained(reason)
        super().__init__(
            f"{why.zh}。这不是“不符合条件”；请按普通服务办理，信用办会与对方核对",
            f"{why.en}. This is not a no; give the ordinary service, the office will look into it",
            reason=reason,
        )


_CLOCK: Final = Text("两市的时钟对不上", "The clocks of the two cities differ")
_KEY: Final = Text("对方用的密钥不在现行名录中", "The directory does not list its key now")
_VERSION: Final = Text("对方用的是另一版本", "It speaks another version")
_FALSE: Final = Text("对方的答复与所问不符", "Its answer does not fit the question")
_REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "not-reached": Text("连不上对方", "It was not reached"),
        "timed-out": Text("对方没有及时答复", "It did not answer in time"),
        "resting": Text(
            "对方刚才连续出错，暂停询问", "It has kept failing and is left to rest for a moment"
        ),
        "stale": _CLOCK, "from-the-future": _CLOCK, "expired": _CLOCK,
        "unknown-key": _KEY, "unlisted-peer": _KEY, "own-key-not-listed": _KEY,
        "malformed": _VERSION, "wrong-type": _VERSION, "wrong-table": _VERSION,
        "http-404": _VERSION, "http-405": _VERSION,
        "bad-signature": Text("对方的签名不成立", "Its signature does not hold"),
        "digest-mismatch": Text("答复在路上被改动", "The answer was changed on its way"),
        "wrong-home": _FALSE, "wrong-host": _FALSE, "wrong-nonce": _FALSE, "wrong-scope": _FALSE,
        "unknown-band": _FALSE, "score-unasked": _FALSE, "lives-too-long": _FALSE,
        "area-not-listed": _FALSE, "answered-by-another": _FALSE,
        "too-large": _FALSE,
        "http-429": Text("问得太多，对方请我们稍后再问", "It was asked too often for now"),
    }
)  # fmt: skip
_FAILING: Final = Text("对方系统出错", "Its system fails")


def explained(reason: str) -> Text:
    """What is the matter with a partner, in words for people; `reason` is the short name."""
    return _REASONS.get(reason, _FAILING)


ADMISSION: tuple[type[Problem], ...] = (
    PartnerUnsigned, PeerUnlisted, DestinationWrong, MessageReplayed, ExchangeClosed,
)  # fmt: skip
"""What every operation of partners may answer before it is looked at."""
