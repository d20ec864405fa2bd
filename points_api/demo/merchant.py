"""The demo's merchant: an account, a key in the demo's folder, and two scenarios to serve."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from points_api.city import City
from points_api.crypto.key_files import write_pair
from points_api.identifiers import credit_code
from points_api.merchants import accounts, serving, staff
from points_api.merchants.accounts import Particulars
from points_api.merchants.office import Office

ACTOR: Final = "office:demo"
_SCENARIOS: Final = ("mining-park-ticket", "park-ticket", "library-no-deposit")
_OF_COUNTIES: Final = ("daye-library-no-deposit", "yangxin-lake-boat")
"""What the pilots of Daye and Yangxin name: for visitors from the counties of their agreements."""


@dataclass(frozen=True, slots=True)
class DemoMerchant:
    """What its program signs in with: `key` is the file of the private key."""

    merchant_id: UUID
    client_id: str
    key: Path
    scenarios: tuple[str, ...]


def scenarios_of(city: City, there: Iterable[str]) -> tuple[str, ...]:
    """The scenarios that a demo merchant of a city serves, of those that are there."""
    known, name = set(there), city.scorecards[-1].city
    usual = (f"{name}-{end}" for end in _SCENARIOS)
    return tuple(one for one in (*usual, *_OF_COUNTIES) if one in known)


async def make_merchant(
    folder: Path, city: City, scenarios: tuple[str, ...], now: datetime
) -> DemoMerchant:
    """Open the account, register a key made in `folder`, let it serve the scenarios.

    The id to sign in with lies beside the key, in the file `client-id`.
    """
    office = Office(ACTOR)
    account = await accounts.create(office, _particulars(city.division), False, now)
    private, public = write_pair(folder)
    acting = staff.Acting(account.id, office, own=False)
    _, key = await staff.add_manager(acting, "manager", public.read_text(encoding="utf-8"), now)
    (folder / "client-id").write_text(f"{key.id}\n", encoding="ascii")
    for scenario_id in scenarios:
        await serving.serve(office, account.id, scenario_id, now)
    return DemoMerchant(account.id, key.id, private, scenarios)


def _particulars(division: str) -> Particulars:
    """Those of an organisation that does not exist, with a check character that fits."""
    code = f"91{division}MA00DEMX6"
    return Particulars(
        "演示商户", "Demo merchant", code + credit_code.check_character(code), division
    )
