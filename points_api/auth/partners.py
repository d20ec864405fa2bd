"""A partner city as a route meets it: who has signed the request, and the request itself."""

from dataclasses import dataclass

from interop.signing import Request


@dataclass(frozen=True, slots=True)
class CallingPartner:
    """A city of the member directory. `city` is its division code, `message` what it has signed."""

    city: str
    keyid: str
    message: Request
    edition: str

    @property
    def actor(self) -> str:
        """The caller's name in the audit log."""
        return f"city:{self.city}"
