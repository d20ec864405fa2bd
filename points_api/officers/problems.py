"""Refusals of officers' sign-in and accounts. None of the former tells whether a login exists."""

from collections.abc import Mapping

from points_api.auth.officers import ROLES
from points_api.problem import Problem


class SignInRefused(Problem):
    slug, status, errcode = "sign-in-refused", 401, 40106
    title = ("登录名、密码或验证码不对", "Login, password or code is wrong")
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__(
            "请核对后再试；每个验证码只能用一次，用过请等下一个",
            "Check them and try again; a code works once, so wait for the next after using one",
        )


class TooManyFailures(Problem):
    slug, status, errcode = "too-many-failures", 429, 42912
    title = ("登录失败次数过多", "Too many failed sign-ins")

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            "请按 Retry-After 所示的秒数等待后再试，或请系统管理员重置账号",
            "Wait for the seconds in Retry-After, or ask the administrator to reset the account",
        )
        self.headers = {"Retry-After": str(retry_after_seconds)}


class NoSuchOfficer(Problem):
    slug, status, errcode = "no-such-officer", 404, 40471
    title = ("没有这个工作人员账号", "There is no such officer")

    def __init__(self) -> None:
        super().__init__("请看 points officers list", "See `points officers list`")


class LoginRefused(Problem):
    slug, status, errcode = "login-refused", 422, 42271
    about = ("body", "#/login")
    title = ("登录名不合要求", "The login is not acceptable")

    def __init__(self) -> None:
        super().__init__(
            "以小写字母开头，3 至 32 个小写字母、数字、点或短横线；用岗位名，不用姓名",
            "3 to 32 lower-case letters, digits, dots or hyphens, beginning with a letter; "
            "name the post, not the person",
        )


class LoginTaken(Problem):
    slug, status, errcode = "login-taken", 409, 40971
    title = ("登录名已被使用", "The login is taken")

    def __init__(self) -> None:
        super().__init__(
            "账号没有变动。请换一个登录名；要给这个账号换密码和验证器，用 points officers reset，"
            "换岗位用 points officers roles",
            "That account is unchanged. Choose another login; to renew its password and secret use "
            "`points officers reset`, to change its roles `points officers roles`",
        )


class RolesRefused(Problem):
    slug, status, errcode = "roles-refused", 422, 42272
    about = ("body", "#/roles")
    title = ("岗位不合要求", "The roles are not acceptable")

    def __init__(self) -> None:
        roles = ", ".join(ROLES)
        super().__init__(
            f"至少一种，只能是：{roles}；auditor 和 system 各自独立，不得兼任",
            f"At least one of: {roles}; auditor and system each stand alone",
        )


class DivisionRefused(Problem):
    slug, status, errcode = "division-refused", 422, 42273
    about = ("body", "#/division")
    title = ("没有这个县区", "There is no such county")

    def __init__(self, known: str) -> None:
        super().__init__(
            f"全市不必填写，县区只能是：{known}",
            f"Leave it out for the whole city, or name one of: {known}",
        )
