"""Refusals of joining and leaving. None of them tells anything about another person or account."""

from points_api.problem import Problem


class RealNameProofNeeded(Problem):
    slug, status, errcode = "real-name-proof-needed", 403, 40331
    title = ("请先完成实名核验", "Real-name verification comes first")

    def __init__(self) -> None:
        super().__init__(
            "请调用 wx.startFacialRecognitionVerify，把得到的 verifyResult 放在 verify_result 里",
            "Call wx.startFacialRecognitionVerify and send its verifyResult as verify_result",
        )


class RealNameRefused(Problem):
    slug, status, errcode = "real-name-refused", 403, 40332
    title = ("实名核验未通过", "The real name could not be confirmed")

    def __init__(self) -> None:
        super().__init__(
            "请核对姓名和身份证号码是否与身份证一致，由本人重新核验；仍不通过请拨打 12345",
            "Check that name and number are as on the identity card and verify again in person; "
            "if it still fails, call 12345",
        )


class UnderAge(Problem):
    slug, status, errcode = "under-age", 403, 40333
    title = ("未满十八周岁", "Under eighteen")

    def __init__(self) -> None:
        super().__init__(
            "个人信用积分只面向年满十八周岁的居民；不加入不影响您办任何事",
            "The points are for residents of eighteen and above; not joining affects nothing else",
        )


class AlreadyJoined(Problem):
    slug, status, errcode = "already-joined", 409, 40931
    title = ("这个账号已经加入", "This account has joined already")

    def __init__(self) -> None:
        super().__init__("如要换一个人加入，请先退出", "To join as somebody else, leave first")


class JoinedElsewhere(Problem):
    """Said only after the real name was confirmed, so only the person themself can learn it."""

    slug, status, errcode = "joined-elsewhere", 409, 40932
    title = ("暂时不能用这个账号加入", "You cannot join with this account right now")

    def __init__(self) -> None:
        super().__init__(
            "每人只能加入一次。如果您曾用别的微信账号加入，请在那个账号里退出；"
            "如果不是您本人所为，请拨打 12345",
            "A person joins once. If you joined with another WeChat account, leave there first; "
            "if that was not you, call 12345",
        )


class PhoneNeedsConsent(Problem):
    slug, status, errcode = "phone-needs-consent", 409, 40934
    title = ("手机号和通知的选择不一致", "The phone number and the choice to be reached differ")

    def __init__(self) -> None:
        super().__init__(
            "填手机号就要同意“用手机号通知您”(contact)，反之亦然；也可以两样都不选",
            "To give a phone number, agree to contact, and the other way around; or leave both out",
        )
