"""A merchant as the gate knows one: whose program calls, and what it may do."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

StaffRole = Literal["manager", "cashier", "system"]


@dataclass(frozen=True, slots=True)
class CallingMerchant:
    """A person or a system of a merchant, by the key of its own.

    A `cashier` verifies and redeems; a `system` does too, and reads lists and statements; a
    `manager` does everything, such as keys and webhooks. A sandbox meets made-up residents.
    `serves` are the ids of the scenarios that the merchant serves, `ahead` is how far a sandbox's
    clock is ahead of ours, `actor` is the caller's name in the audit log.
    """

    client_id: str
    merchant_id: UUID
    staff_id: UUID
    role: StaffRole
    sandbox: bool
    serves: frozenset[str] = frozenset()
    ahead: timedelta = timedelta()
    actor: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "actor", f"merchant:{self.merchant_id}:{self.staff_id}")

    @property
    def apart(self) -> str:
        """Whose quotas a use takes from: a sandbox has its own, others share theirs."""
        return f"sandbox:{self.merchant_id}" if self.sandbox else ""
