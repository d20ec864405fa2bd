"""A scenario in the reader's language."""

from typing import Any, cast

from points_api.language import Language
from points_api.scenarios.finding import BenefitType, Found
from points_api.scenarios.live import LiveScenarios
from points_api.scenarios.schemas import (
    AgreementOut,
    BenefitOut,
    CategoryOut,
    ConditionOut,
    ConditionType,
    DisclosedOut,
    DivisionOut,
    ProviderOut,
    ScenarioFullOut,
    ScenarioOut,
    VerificationOut,
)
from scenarios.scenario import Scenario
from scenarios.wording import (
    BASIS,
    BENEFITS,
    DISCLOSED,
    NEVER_DISCLOSED,
    VERIFICATION,
    quota_says,
    settlement_says,
)
from scenarios.words import Words


def say(words: Words, language: Language) -> str:
    """One of the two languages."""
    return words.en if language == "en" else words.zh


class Teller:
    """Tells scenarios in one language; knows the names of categories and divisions."""

    def __init__(self, live: LiveScenarios, language: Language) -> None:
        self._live, self._language = live, language

    def short(self, found: Found) -> ScenarioOut:
        """As a list shows it."""
        return ScenarioOut(**self.short_fields(found))

    def full(self, one: Scenario) -> ScenarioFullOut:
        """Everything."""
        return ScenarioFullOut(**self.full_fields(one))

    def short_fields(self, found: Found) -> dict[str, Any]:
        """The fields of `ScenarioOut`, for shapes that add to it."""
        one, words = found.scenario, self._say
        return {
            "id": one.id,
            "version": one.version,
            "title": words(one.title),
            "category": self._category(one),
            "provider": ProviderOut(
                name=words(one.provider.name), kind=one.provider.kind, basis=one.provider.basis
            ),
            "division": self._division(one),
            "distance_meters": found.meters,
            "ordinary": words(one.ordinary),
            "benefit": self.benefit(one),
            "conditions": [
                ConditionOut(type=cast(ConditionType, c.tag), text=words(c.demand()))
                for c in one.conditions
            ],
            "verification": [
                VerificationOut(mode=mode, text=words(VERIFICATION[mode]))
                for mode in one.verification
            ],
            "visitors": one.visitors,
            "valid_until": one.valid_until,
            "basis": one.basis,
        }

    def full_fields(self, one: Scenario) -> dict[str, Any]:
        """The fields of `ScenarioFullOut`, for shapes that add to it."""
        words, category = self._say, self._live.categories.get(one.category)
        return {
            **self.short_fields(Found(one, None, (0, one.id))),
            "about": words(category.about) if category else "",
            "latitude": one.place.latitude,
            "longitude": one.place.longitude,
            "quota": [words(said) for said in quota_says(one.quota)],
            "settlement": words(settlement_says(one.settlement)),
            "discloses": self.told(one),
            "never_disclosed": words(NEVER_DISCLOSED),
            "valid_from": one.valid_from,
            "agreement": AgreementOut(
                legal_basis=one.agreement.legal_basis,
                document=one.agreement.document,
                owner=words(one.agreement.owner),
                basis=one.agreement.basis,
            ),
            "basis_text": words(BASIS[one.basis]),
            "note": one.note,
            "digest": one.digest,
        }

    def benefit(self, one: Scenario) -> BenefitOut:
        """What it gives."""
        tag = one.benefit.tag
        return BenefitOut(
            type=cast(BenefitType, tag),
            name=self._say(BENEFITS[tag]),
            text=self._say(one.benefit.says()),
        )

    def told(self, one: Scenario) -> list[DisclosedOut]:
        """What a merchant would learn of a resident, and nothing else."""
        return [
            DisclosedOut(field=field, text=self._say(DISCLOSED[field])) for field in one.discloses
        ]

    def _category(self, one: Scenario) -> CategoryOut:
        known = self._live.categories.get(one.category)
        return CategoryOut(id=one.category, name=self._say(known.name) if known else one.category)

    def _division(self, one: Scenario) -> DivisionOut:
        code = one.place.division
        known = self._live.divisions.get(code)
        return DivisionOut(code=code, name=self._say(known) if known else code)

    def _say(self, words: Words) -> str:
        return say(words, self._language)
