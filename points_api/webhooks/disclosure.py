"""What a message says of a scenario: the fields that it discloses, and nothing else."""

from scenarios.benefits import Benefit
from scenarios.scenario import Scenario


def disclosed(
    scenario: Scenario | None, *, entitled: bool, member: str | None
) -> dict[str, object]:
    """The disclosed fields of an entitlement; of a scenario that is no longer open, none."""
    if scenario is None:
        return {}
    fields: dict[str, object] = {"eligible": entitled}
    if entitled:
        fields["benefit"] = _benefit(scenario.benefit)
        fields["valid_until"] = scenario.valid_until.isoformat()
    fields["member_hash"] = member
    return {name: value for name, value in fields.items() if name in scenario.discloses}


def _benefit(benefit: Benefit) -> dict[str, object]:
    says = benefit.says()
    return {"type": benefit.tag, "text": says.zh, "text_en": says.en}
