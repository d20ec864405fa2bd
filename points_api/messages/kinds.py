"""What residents are told, as a closed set. No notice holds a score, a record or an amount owed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from points_api.language import Text

Kind = Literal[
    "benefit_used", "benefit_back", "conduct_reported", "conduct_settled", "consent_withdrawn",
    "scenario_suspended", "scenario_retired",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Wording:
    """Heading and sentence of a kind; `{scenario}` and `{until}` are filled in."""

    title: Text
    body: Text


WORDINGS: Final[Mapping[Kind, Wording]] = {
    "benefit_used": Wording(
        Text("权益已使用", "Benefit used"),
        Text("您在“{scenario}”使用了一次权益", "You used a benefit of “{scenario}”"),
    ),
    "benefit_back": Wording(
        Text("权益已退回", "Benefit given back"),
        Text("“{scenario}”的一次使用已撤销，额度已退回", "A use of “{scenario}” was undone"),
    ),
    "conduct_reported": Wording(
        Text("有一项待归还", "Something is due back"),
        Text(
            "“{scenario}”的商户说有一项到期未还。您可以在 {until} 前说明情况；只影响这一个场景",
            "The merchant of “{scenario}” says that something is overdue. You may reply until "
            "{until}; nothing but this scenario is affected",
        ),
    ),
    "conduct_settled": Wording(
        Text("待归还事项已了结", "Settled"),
        Text("“{scenario}”的那一项已了结，权益恢复", "What was due in “{scenario}” is settled"),
    ),
    "consent_withdrawn": Wording(
        Text("授权已撤回", "Consent withdrawn"),
        Text("您已撤回对“{scenario}”的授权", "You withdrew your consent to “{scenario}”"),
    ),
    "scenario_suspended": Wording(
        Text("场景暂停", "A scenario is suspended"),
        Text(
            "“{scenario}”暂停了，普通服务照常。您的授权保留，恢复后可再用；已预留的仍可由商户确认",
            "“{scenario}” is suspended; the ordinary service goes on. Your consent stays for when "
            "it is taken up again, and what is reserved for you the merchant can still confirm",
        ),
    ),
    "scenario_retired": Wording(
        Text("场景结束", "A scenario has ended"),
        Text(
            "“{scenario}”结束了，普通服务照常。已预留的仍可由商户确认；您的授权不再被使用，可以撤回",
            "“{scenario}” has ended; the ordinary service goes on. What is reserved for you the "
            "merchant can still confirm. Your consent is used no more, and you may withdraw it",
        ),
    ),
}
