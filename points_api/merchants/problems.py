"""Refusals of merchants' accounts, staff, keys and sandboxes."""

from collections.abc import Mapping
from typing import Any

from points_api.problem import Problem


class CreditCodeRefused(Problem):
    slug, status, errcode = "credit-code-refused", 422, 42230
    about = ("body", "#/credit_code")
    title = ("统一社会信用代码不对", "The unified credit code is wrong")


class CreditCodeTaken(Problem):
    slug, status, errcode = "credit-code-taken", 409, 40933
    title = ("这个统一社会信用代码已有商户", "A merchant with this credit code exists")

    def __init__(self) -> None:
        super().__init__(
            "一个主体只建一个商户；请在已有的商户下办理",
            "An organisation has one account; use the one that exists",
        )


class DivisionUnknown(Problem):
    slug, status, errcode = "division-unknown", 422, 42231
    about = ("body", "#/division")
    title = ("没有这个区划，或不归您管", "No such division, or it is not yours")

    def __init__(self) -> None:
        super().__init__(
            "请填本市或所辖县区的六位代码", "Give the six digits of the city or a county of yours"
        )


class LabelTaken(Problem):
    slug, status, errcode = "staff-label-taken", 409, 40935
    title = ("已有这个岗位名", "This label is taken")

    def __init__(self) -> None:
        super().__init__("请换一个岗位名", "Choose another label")


class LabelRefused(Problem):
    slug, status, errcode = "staff-label-refused", 422, 42232
    about = ("body", "#/label")
    title = ("岗位名不能用", "This label cannot be used")

    def __init__(self) -> None:
        super().__init__(
            "请写岗位，不写人名和号码：小写英文字母开头，2 至 64 位，例如 front-desk-1",
            "Name the post, no person and no number: small letters first, 2 to 64 characters, "
            "for example front-desk-1",
        )


class LastManager(Problem):
    slug, status, errcode = "last-manager", 409, 40936
    title = ("至少要留一名能登录的管理员", "A manager who can sign in must remain")

    def __init__(self) -> None:
        super().__init__(
            "请先增加一名管理员或一把新钥匙；全部丢失时请联系信用办",
            "Add a manager or a new key first; if all are lost, ask the credit office",
        )


class TooMany(Problem):
    slug, status, errcode = "too-many-entries", 409, 40937
    title = ("数量已到上限", "There are as many as there may be")

    def __init__(self, most: int) -> None:
        super().__init__(
            f"最多 {most} 个；请先停用不再用的",
            f"At most {most}; end those no longer used",
            most=most,
        )


class KeyRefused(Problem):
    slug, status, errcode = "public-key-refused", 422, 42233
    about = ("body", "#/public_jwk")
    title = ("这把公钥不能登记", "This public key cannot be registered")


class ManagerNeeded(Problem):
    slug, status, errcode = "manager-needed", 403, 40334
    title = ("只有管理员可以这样做", "Only a manager may do this")

    def __init__(self) -> None:
        super().__init__("请用角色为 manager 的钥匙", "Use a key whose role is manager")


class NotASandbox(Problem):
    slug, status, errcode = "not-a-sandbox", 403, 40335
    title = ("这个操作只在沙箱里有", "This exists in a sandbox only")

    def __init__(self) -> None:
        super().__init__(
            "请用沙箱商户的钥匙；沙箱由信用办开通",
            "Use a key of your sandbox merchant; the credit office opens one",
        )


class SandboxError(Problem):
    """What the fault switch of a sandbox was told to answer."""

    slug, status, errcode = "sandbox-error", 500, 50030
    title = ("沙箱按设定出错", "The sandbox fails as it was told to")

    def __init__(self, **fields: Any) -> None:
        super().__init__(
            "由 PUT /v1/merchant/sandbox/faults 设定",
            "Set by PUT /v1/merchant/sandbox/faults",
            **fields,
        )


class SandboxUnavailable(SandboxError):
    slug, status, errcode = "sandbox-unavailable", 503, 50330
    title = ("沙箱按设定不可用", "The sandbox is unavailable as it was told to be")
    headers: Mapping[str, str] = {"Retry-After": "1"}
