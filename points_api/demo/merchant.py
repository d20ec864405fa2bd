"""The demo's merchant: an account, a key in the demo's folder, and two scenarios to serve."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from points_api.crypto.key_files import write_pair
from points_api.merchants import accounts, serving, staff
from points_api.merchants.accounts import Particulars
from points_api.merchants.office import Office

ACTOR: Final = "office:demo"
SCENARIOS: Final = ("huangshi-mining-park-ticket", "huangshi-library-no-deposit")
# A check character that fits, of an organisation that does not exist.
_PARTICULARS: Final = Particulars("演示商户", "Demo merchant", "91420200MA00DEMX6M", "420200")


@dataclass(frozen=True, slots=True)
class DemoMerchant:
    """What its program signs in with: `key` is the file of the private key."""

    merchant_id: UUID
    client_id: str
    key: Path
    scenarios: tuple[str, ...] = SCENARIOS


async def make_merchant(folder: Path, now: datetime) -> DemoMerchant:
    """Open the account, register a key made in `folder`, let it serve the scenarios.

    The id to sign in with lies beside the key, in the file `client-id`.
    """
    office = Office(ACTOR)
    account = await accounts.create(office, _PARTICULARS, False, now)
    private, public = write_pair(folder)
    acting = staff.Acting(account.id, office, own=False)
    _, key = await staff.add_manager(acting, "manager", public.read_text(encoding="utf-8"), now)
    (folder / "client-id").write_text(f"{key.id}\n", encoding="ascii")
    for scenario_id in SCENARIOS:
        await serving.serve(office, account.id, scenario_id, now)
    return DemoMerchant(account.id, key.id, private)
