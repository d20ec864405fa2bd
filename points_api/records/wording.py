"""A record in the words of the catalog, in one language."""

from dataclasses import dataclass

from points_api.city import City
from points_api.language import Language, Text
from scoring.catalog import Item
from scoring.reasons import record_note
from scoring.records import Record, Status
from scoring.score import Score

STATUS: dict[Status, Text] = {
    "active": Text("有效", "active"),
    "disputed": Text("异议处理中，暂不计分", "under objection, not counted meanwhile"),
    "repaired": Text("已修复，不再计分", "repaired, no longer counted"),
    "withdrawn": Text("已撤销，不再计分", "withdrawn, no longer counted"),
    "expired": Text("已过期，不再计分", "expired, no longer counted"),
}
_ENDED = Text("不在有效期内，不计分", "outside its term, not counted")
_NEUTRAL = Text("基础信息，不计分", "basic information, not scored")


@dataclass(frozen=True, slots=True)
class Wording:
    """Names of items, agencies and levels as they were when the record arose."""

    city: City
    language: Language

    def item(self, record: Record) -> Item:
        """The catalog item of a stored record."""
        item = self.city.item(record.item, record.occurred_on)
        assert item is not None, "a stored record is of an item that was in the catalog"
        return item

    def title(self, record: Record) -> str:
        item = self.item(record)
        return self.say(item.title, item.title_en)

    def agency(self, record: Record) -> str:
        agency = self.city.catalog.agencies[self.item(record).agency]
        return self.say(agency.name, agency.name_en)

    def level(self, record: Record) -> str | None:
        for level in self.item(record).levels:
            if level.id == record.level:
                return self.say(level.name, level.name_en)
        return None

    def quantity(self, record: Record) -> str | None:
        """`36.5 小时`: whole units without empty decimals."""
        item = self.item(record)
        if record.quantity is None:
            return None
        whole, rest = divmod(record.quantity, item.scale)
        digits = len(str(item.scale)) - 1
        decimals = f".{rest:0{digits}d}".rstrip("0") if rest else ""
        return f"{whole}{decimals} {self.say(item.unit, item.unit_en)}"

    def state(self, record: Record, result: Score) -> str:
        """In a few words, whether the record counts, until when, or why not."""
        for rule in result.rules:
            for entry in rule.counted:
                if entry.record.key == record.key:
                    return record_note(rule, entry, result, self.language)
        if record.status != "active":
            return STATUS[record.status].say(self.language)
        scored = record.item in result.scorecard.rule_of
        return (_ENDED if scored else _NEUTRAL).say(self.language)

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en
