"""What of an installation is embedded, fake or unprotected: said at each start.

Production refuses the dangerous part of it (`settings`).
"""

from typing import Final, NamedTuple

from points_api.language import Text
from points_api.settings import Settings


class Announcement(NamedTuple):
    """What a part is called, and what to do about it."""

    name: Text
    line: Text


def in_full(settings: Settings) -> list[str]:
    """Return a line for each such part, in both languages."""
    return [f"{one.line.zh} ({one.line.en})" for one in _found(settings)]


def in_brief(settings: Settings) -> list[str]:
    """Name them all in one line, in both languages; no line where there are none."""
    names = [one.name for one in _found(settings)]
    if not names:
        return []
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return [f"试用设置：{zh}；points serve 会逐条说明 (trial: {en}; `points serve` says more)"]


def _found(settings: Settings) -> list[Announcement]:
    found = []
    if settings.uses_development_keys:
        found.append(_DEVELOPMENT_KEY)
    if settings.uses_wechat_fake:
        found.append(_WECHAT_FAKE)
    if settings.webhook_loopback:
        found.append(_LOOPBACK)
    if settings.database_url.startswith("sqlite:"):
        found.append(_SQLITE)
    if settings.redis_url.startswith("memory:"):
        found.append(_MEMORY)
    return found


_DEVELOPMENT_KEY: Final = Announcement(
    Text("公开的开发密钥", "published key"),
    Text(
        "警告：正在使用随源代码公开的开发密钥，数据等于没有加密；请设置 POINTS_SECRET_KEYS",
        "WARNING: the development key that is published with the source is in use, so nothing is "
        "really encrypted; set POINTS_SECRET_KEYS",
    ),
)
_WECHAT_FAKE: Final = Announcement(
    Text("模拟的微信登录与实名核验", "WeChat and real-name fakes"),
    Text(
        "微信登录与实名核验是本机模拟的，谁都可以当作任何人登录；"
        "请设置 POINTS_WECHAT_APPID 和 POINTS_WECHAT_SECRET",
        "WeChat sign-in and the check of real names are local fakes: anyone can sign in as anyone; "
        "set POINTS_WECHAT_APPID and POINTS_WECHAT_SECRET",
    ),
)
_LOOPBACK: Final = Announcement(
    Text("可推送到本机", "webhooks to this machine"),
    Text(
        "推送地址可以指向本机；正式运行请删去 POINTS_WEBHOOK_LOOPBACK",
        "webhooks may lead to this machine; unset POINTS_WEBHOOK_LOOPBACK to run for real",
    ),
)
_SQLITE: Final = Announcement(
    Text("内嵌的 SQLite", "embedded SQLite"),
    Text(
        "数据库是内嵌的 SQLite，只供一个服务使用；请用 POINTS_DATABASE_URL 指向 PostgreSQL",
        "the database is embedded SQLite, for one server only; "
        "point POINTS_DATABASE_URL to PostgreSQL",
    ),
)
_MEMORY: Final = Announcement(
    Text("进程内的缓存", "in-process cache"),
    Text(
        "缓存在进程内存里，别的进程看不到；请用 POINTS_REDIS_URL 指向 Redis",
        "the cache lives in this process and no other sees it; point POINTS_REDIS_URL to Redis",
    ),
)
