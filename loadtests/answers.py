"""Is the answer right? A fast wrong answer is a failure, so the body is checked with the status.

Each function returns what is wrong in a few words, or None.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

Body = Mapping[str, Any]
USED_UP = "/problems/quota-used-up"
NOT_JOINED = "/problems/join-first"
Check = Callable[[Body], str | None]


def score_fault(body: Body) -> str | None:
    """Base and dimensions add up to the score, and each dimension keeps its floor and ceiling."""
    for part in body["dimensions"]:
        if not Decimal(part["floor"]) <= Decimal(part["points"]) <= Decimal(part["ceiling"]):
            return f"dimension {part['id']} left its floor or ceiling"
    added = Decimal(body["base"]) + _sum(body["dimensions"])
    held = min(max(added, Decimal(0)), Decimal(100))
    return None if held == Decimal(body["score"]) else "base and dimensions are not the score"


def reasons_fault(body: Body) -> str | None:
    """Reasons add up to score minus base, and inside a rule records and lines to its points."""
    if Decimal(body["base"]) + _sum(body["reasons"]) != Decimal(body["score"]):
        return "base and reasons are not the score"
    for reason in body["reasons"]:
        inside = _sum(entry for entry in reason["records"] if entry["counts"])
        if reason["kind"] == "rule" and inside + _sum(reason["lines"]) != Decimal(reason["points"]):
            return f"records and lines of {reason['id']} are not its points"
    return None


def changes_fault(body: Body) -> str | None:
    """Time, rule and data are the whole difference, and so are its lines."""
    whole = Decimal(body["to_score"]) - Decimal(body["from_score"])
    if sum(Decimal(body[effect]) for effect in ("time", "rule", "data")) != whole:
        return "time, rule and data are not the difference"
    return None if _sum(body["differences"]) == whole else "the lines are not the difference"


def what_if_fault(body: Body) -> str | None:
    """A supposed volunteer's hour never lowers the score, and promises nothing."""
    if body["binding"] is not False:
        return "an estimate calls itself binding"
    return "a good deed lowered the score" if Decimal(body["difference"]) < 0 else None


def open_fault(body: Body) -> str | None:
    """A list of open scenarios holds open ones, and each says what everybody gets anyway."""
    for one in body["items"]:
        if not one["eligible"] or not one["ordinary"]:
            return f"{one['id']} is listed as open and is not, or says no ordinary service"
    return None if body["eligible"] <= body["total"] else "more are open than there are"


def code_fault(body: Body) -> str | None:
    """A code is capital letters and digits, and comes with its picture."""
    if not body["code"].isalnum() or body["code"] != body["code"].upper():
        return "the code is not of capital letters and digits"
    return None if body["qr_svg"].startswith("<svg") else "the code has no picture"


def verification_fault(body: Body) -> str | None:
    """Yes comes with the benefit, no with nothing; neither tells points."""
    if body["eligible"] != (body["benefit"] is not None):
        return "a no with a benefit, or a yes without"
    return "an answer to a merchant tells points" if "score" in body else None


def redemption_fault(body: Body) -> str | None:
    """What the benefit is worth and what is paid add up to the amount; a tenth off, in fen."""
    amount, benefit = body["amount_fen"], body["benefit_fen"]
    if body["to_pay_fen"] + benefit != amount:
        return "benefit and payment are not the amount"
    return None if benefit == amount // 10 else "the benefit is not a tenth of the amount"


def canceled_fault(body: Body) -> str | None:
    """What was canceled is worth nothing, and says what it had been."""
    if body["state"] != "canceled" or body["benefit_fen"]:
        return "a canceled redemption still gives something"
    right = body["undone_fen"] == body["amount_fen"] // 10
    return None if right else "what was canceled is not a tenth of the amount"


_STATED = frozenset(
    {"as_of", "aud", "band", "consent", "exp", "iat", "iss", "nonce", "scope", "sub", "table"}
)
_DECLINED = frozenset({"aud", "exp", "iat", "iss", "nonce", "scope", "table"})


def statement_fault(said: Body, question: Body) -> str | None:
    """A statement answers its question, and has no place for anything about a person but a band."""
    if said.keys() not in (_STATED, _DECLINED):
        return f"home says other things than it may: {sorted(said)}"
    scope = {name: question[name] for name in ("purpose", "scenario")}
    if (said["nonce"], said["scope"], said["table"]) != (
        question["nonce"], scope, question["table"],
    ):  # fmt: skip
        return "the statement answers another question"
    return None


def receipt_fault(body: Body, notice: str) -> str | None:
    """A receipt names what was received, and that it was known."""
    if body["received"] != notice:
        return "the receipt is for something else"
    return None if body["met"] == 1 else "a use of what was just said is not known"


def page_fault(body: Body) -> str | None:
    """A page of a list has its items."""
    return None if isinstance(body["items"], list) else "the page has no items"


def _sum(entries: Iterable[Mapping[str, str]]) -> Decimal:
    return sum((Decimal(entry["points"]) for entry in entries), Decimal(0))
