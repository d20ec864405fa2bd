from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import segno

from points_api.officers import totp

SECRET = b"12345678901234567890"  # RFC 6238, appendix B
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)


# The RFC prints eight digits; six digits are its last six (RFC 4226, 5.3).
@pytest.mark.parametrize(
    ("seconds", "eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds, eight):
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(SECRET, at) == eight[-6:]
    assert totp.step_of(SECRET, eight[-6:], at) == seconds // 30


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_clock_may_be_one_step_off_and_no_more(steps, is_taken):
    code = totp.code_at(SECRET, NOON + steps * STEP)
    step = totp.step_of(SECRET, code, NOON)
    assert step == (int(NOON.timestamp()) // 30 + steps if is_taken else None)


@pytest.mark.parametrize("code", ["", "0", "94287082", "abcdef", "１２３４５６"])
def test_what_is_no_code_is_none(code):
    assert totp.step_of(SECRET, code, NOON) is None


def test_the_address_tells_an_authenticator_all_it_needs_and_fits_a_qr_code():
    address = urlsplit(totp.uri(SECRET, "scenario-desk", "huangshi-credit-points"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    told = parse_qs(address.query)
    assert told["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert (told["digits"], told["period"]) == (["6"], ["30"])
    assert segno.make(address.geturl()).error in {"L", "M", "Q", "H"}
