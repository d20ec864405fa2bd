"""Refusals of verifying. None of them tells anything about the resident who showed the code."""

from points_api.problem import Problem


class CodeNotValid(Problem):
    slug, status, errcode = "code-not-valid", 409, 40949
    title = ("这个信用码无效或已过期", "The code is not valid, or has expired")

    def __init__(self) -> None:
        super().__init__(
            "信用码一分钟内有效，只用于它所属的场景；请居民重新出示",
            "A code is good for a minute and for its own scenario; ask for a new one",
        )


class CodeUsed(Problem):
    slug, status, errcode = "code-used", 409, 40948
    title = ("这个信用码已经用过", "The code was used before")

    def __init__(self) -> None:
        super().__init__(
            "每个信用码只能用一次；答复若丢失，见 GET /v1/merchant/verifications",
            "A code works once; if the answer was lost, it is in GET /v1/merchant/verifications",
        )


class WallCodeUnknown(Problem):
    slug, status, errcode = "wall-code-unknown", 404, 40443
    title = ("不认识这个墙码", "This wall code is not known")

    def __init__(self) -> None:
        super().__init__(
            "请扫描商户现场张贴的码；商户可能已换新码",
            "Scan the code on the merchant's wall; it may have been replaced",
        )


class TooManyGuesses(Problem):
    slug, status, errcode = "too-many-guesses", 429, 42941
    title = ("错误的数字太多", "Too many wrong numbers")

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("请稍后再试，或改为扫码", "Try again later, or scan the code")
        self.headers = {"Retry-After": str(retry_after_seconds)}
