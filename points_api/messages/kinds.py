"""What residents are told, as a closed set. No notice holds a score, a record or an amount owed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from points_api.language import Text

Kind = Literal[
    "benefit_used", "benefit_back", "conduct_reported", "conduct_settled", "entitlement_granted",
    "entitlement_revoked", "consent_withdrawn", "verification_looked",
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
    "entitlement_granted": Wording(
        Text("新的权益", "A new benefit"),
        Text("“{scenario}”已对您开放", "“{scenario}” is open to you now"),
    ),
    "entitlement_revoked": Wording(
        Text("权益有变化", "A benefit changed"),
        Text(
            "“{scenario}”目前不再对您开放，普通服务照常",
            "“{scenario}” is not open to you at present; the ordinary service goes on",
        ),
    ),
    "consent_withdrawn": Wording(
        Text("授权已撤回", "Consent withdrawn"),
        Text("您已撤回对“{scenario}”的授权", "You withdrew your consent to “{scenario}”"),
    ),
    "verification_looked": Wording(
        Text("商户核验", "A merchant asked"),
        Text("“{scenario}”的商户核验了一次", "The merchant of “{scenario}” verified once"),
    ),
}
