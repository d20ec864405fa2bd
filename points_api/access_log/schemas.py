"""What a resident sees of the looks at their data."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from points_api.access_log.seen import Seen
from points_api.language import Language, Text


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LookOut(Wire):
    """All looks of one actor at one thing for one purpose on one day, or one of a merchant.

    `given` says what they learned.
    """

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
                    "purpose_text": None,
                    "what": "score",
                    "what_text": "信用积分",
                    "given": None,
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
    purpose_text: str | None
    what: str
    what_text: str
    given: str | None
    times: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, entry: Seen, language: Language) -> "LookOut":
        named = entry.actor_name or Text(entry.actor, entry.actor)
        return cls(
            day=entry.day,
            actor_kind=entry.actor_kind,
            actor=entry.actor,
            actor_text=_ACTORS.get(entry.actor_kind, named).say(language),
            purpose=entry.purpose,
            purpose_text=entry.purpose_name.say(language) if entry.purpose_name else None,
            what=entry.what,
            given=entry.given.say(language) if entry.given else None,
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
    "benefits": Text("优惠", "Benefits"),
    "conduct": Text("商户的登记", "Reports of merchants"),
    "access_log": Text("查询记录", "Who looked"),
    "consents": Text("授权", "Consents"),
    "enrollment": Text("加入情况", "Enrollment"),
    "eligibility": Text("是否符合场景条件", "Whether you qualify for a scenario"),
    "export": Text("数据导出", "Export of all data"),
    "home": Text("首页", "Home page"),
    "score": Text("信用积分", "Score"),
    "reasons": Text("积分理由", "Reasons"),
    "history": Text("历史积分", "History"),
    "changes": Text("积分变化", "Changes"),
    "what_if": Text("假设测算", "What if"),
    "records": Text("信用记录", "Records"),
    "scenarios": Text("能享受的场景", "Scenarios open to you"),
    "verifications": Text("积分参与的判断", "Decisions your score took part in"),
    "recognition": Text("访客认可", "Recognition as a visitor"),
    "visit_use": Text("在外地的使用", "Use in another city"),
    "entitlement": Text("权益名单", "Entitlement list"),
}
