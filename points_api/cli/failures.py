"""What goes wrong in a command, told in one line with its mend, without a traceback."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from points_api.problem import Problem


def told(error: Exception) -> str | None:
    """The line for an error that an operator can mend; None for any other."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        mend = "请检查路径、地址与权限 (check path, address and permissions)"
        return f"{place}{error.strerror or error}；{mend}"
    from points_api.cli import usage
    from points_api.db.config import DatabaseUnreachableError
    from points_api.problem import Problem

    if (line := usage.told(error)) is not None:
        return line
    if isinstance(error, DatabaseUnreachableError):
        return f"连不上数据库，请启动它或改 POINTS_DATABASE_URL ({error})"
    if isinstance(error, Problem):
        return _refusal(error)
    return str(error) if isinstance(error, _speaking()) else None


def _refusal(problem: "Problem") -> str:
    zh, en = problem.title
    detail = problem.detail
    return f"{zh}：{detail.zh} ({en}: {detail.en})" if detail.zh else f"{zh} ({en})"


def _speaking() -> tuple[type[Exception], ...]:
    """The errors whose own words name place and mend."""
    from points_api.auth.assertions import PublicKeyError
    from points_api.consents.notice import NoticeError
    from points_api.crypto.cipher import CipherError
    from points_api.crypto.key_files import KeyFileError
    from points_api.settings import SettingsError
    from points_api.snapshot.layout import SnapshotRefused
    from scoring.catalog_files import CatalogError
    from scoring.scorecard_files import ScorecardError

    return (
        SettingsError, CatalogError, ScorecardError, NoticeError, PublicKeyError, CipherError,
        KeyFileError, SnapshotRefused,
    )  # fmt: skip
