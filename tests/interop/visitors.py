"""One visitor from Huangshi in Sanya: the question about them, and how they stand."""

from datetime import date

from interop.pseudonyms import pairwise
from interop.statement import Asked, Standing
from tests.interop.cities import HUANGSHI, SANYA

SECRET = bytes(range(32))
SUBJECT = pairwise(SECRET, SANYA, b"resident-7")
ASKED = Asked(
    home=HUANGSHI, host=SANYA, scenario="library-deposit", purpose="recognition",
    code="dmlzaXRvci1jb2RlLTE", nonce="bm9uY2Utbm9uY2Utbm9uY2U", table="420200-460200.1",
)  # fmt: skip
STANDING = Standing(SUBJECT, "excellent", date(2026, 6, 1), "01978f6c-0000-7000-8000-000000000001")
