"""What a resident sees of the looks at their data."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from points_api.access_log.models import AccessEntry
from points_api.language import Language, Text


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LookOut(Wire):
    """All looks of one actor at one thing for one purpose on one day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-11-23",
                    "actor_kind": "resident",
                    "actor": "self",
                    "actor_text": "本人",
                    "purpose": "self",
                    "what": "score",
                    "what_text": "信用积分",
                    "times": 3,
                    "first_at": "2026-11-23T08:00:00Z",
                    "last_at": "2026-11-23T09:30:00Z",
                }
            ]
        },
    )

    day: date
    actor_kind: str
    actor: str
    actor_text: str
    purpose: str
    what: str
    what_text: str
    times: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, entry: AccessEntry, language: Language) -> "LookOut":
        return cls(
            day=entry.day,
            actor_kind=entry.actor_kind,
            actor=entry.actor,
            actor_text=_ACTORS.get(entry.actor_kind, Text(entry.actor, entry.actor)).say(language),
            purpose=entry.purpose,
            what=entry.what,
            what_text=_THINGS.get(entry.what, Text(entry.what, entry.what)).say(language),
            times=entry.times,
            first_at=entry.first_at,
            last_at=entry.last_at,
        )


class AccessLogOut(Wire):
    items: list[LookOut]
    next: str | None


_ACTORS = {
    "resident": Text("本人", "Yourself"),
    "system": Text("系统", "The system"),
}
_THINGS = {
    "access_log": Text("查询记录", "Who looked"),
    "consents": Text("授权", "Consents"),
    "enrollment": Text("加入情况", "Enrollment"),
    "export": Text("数据导出", "Export of all data"),
    "home": Text("首页", "Home page"),
    "score": Text("信用积分", "Score"),
    "reasons": Text("积分理由", "Reasons"),
    "history": Text("历史积分", "History"),
    "changes": Text("积分变化", "Changes"),
    "what_if": Text("假设测算", "What if"),
    "records": Text("信用记录", "Records"),
    "entitlement": Text("权益名单", "Entitlement list"),
}
