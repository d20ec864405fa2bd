"""The worked example of docs/joining.md, made by the code: each text by its name."""

from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interop import base64url, directory, jws, statement
from interop.batch import Result, Results, asking
from interop.directory_shapes import KIND
from interop.instants import seconds
from interop.keys import Signer
from interop.notices import Ended, Receipt, Used
from interop.signing import Request, Response, sign_request, sign_response
from interop.signing.base import signature_base
from interop.signing.fields import read
from interop.statement import Answer, Asked, Standing

HOST, HOME, STATEMENTS, ROOT = (
    Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32))
    for n, name in enumerate(
        ("460200/message-1", "420200/message-1", "420200/statement-1", "420200/root-1"), 1
    )
)
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
ADDRESS = "https://points.huangshi.example"
JSON = {"content-type": "application/json"}
ASKED = Asked(
    home="420200", host="460200", scenario="sanya-library-no-deposit", purpose="redemption",
    code="0429EL9NVISITORSCODE", nonce="question-of-the-page", table="bands-ten-cities",
)  # fmt: skip
STANDING = Standing(
    subject="08JphmqrDLqevriTdRRsUPWrphVGaIVXJScWbyyeV_4", band="excellent",
    as_of=date(2026, 6, 1), consent="0197290b2e007000a000000000000001",
)  # fmt: skip


def texts():
    """All of them."""
    plain = Request("POST", f"{ADDRESS}/interop/v1/recognitions", JSON, ASKED.body())
    request = sign_request(plain, HOST, NOW, "nonce-of-the-question")
    token = statement.state(ASKED, STANDING, STATEMENTS, NOW)
    answer = Response(200, JSON, Answer(statement=token).body())
    response = sign_response(answer, request, HOME, NOW, "nonce-of-the-answer--")
    declined = statement.decline(ASKED, STATEMENTS, NOW)
    used = Used(
        home="420200", host="460200", subject=STANDING.subject, statement=ASKED.nonce,
        scenario=ASKED.scenario, use="0197290b2f007000a000000000000002", move="confirm",
        day="2026-06-01",
    )  # fmt: skip
    ended = Ended(
        home="420200", host="460200", subject=STANDING.subject, why="withdrawn",
        notice="0197290b30007000a000000000000003", until=seconds(NOW),
    )  # fmt: skip
    batch = asking("batch-of-the-page", [ASKED.model_copy(update={"table": "bands-of-nobody"})])
    results = Results(batch=batch.batch, items=[Result(refused="wrong-table")], open=0, next=None)
    first = directory.sign(_edition(), [ROOT])
    return {
        "private keys": f"{_d(HOST)}\n{_d(HOME)}\n{_d(STATEMENTS)}",
        "public keys": f"{_x(HOST)}\n{_x(HOME)}\n{_x(STATEMENTS)}",
        "directory": first.decode(),
        "digest of the directory": directory.digest_of(first),
        "question": request.body.decode(),
        "batch": batch.body().decode(),
        "results": results.body().decode(),
        "request": _headers(request),
        "base of the request": _base(request, None),
        "statement, header": base64url.decode(token.split(".")[0]).decode(),
        "statement, claims": base64url.decode(token.split(".")[1]).decode(),
        "answer": response.body.decode(),
        "response": _headers(response),
        "base of the response": _base(response, request),
        "decline, header": base64url.decode(declined.split(".")[0]).decode(),
        "decline, claims": base64url.decode(declined.split(".")[1]).decode(),
        "decline": declined,
        "use": used.body().decode(),
        "revocation": ended.body().decode(),
        "receipt": Receipt(received=ended.notice, met=1).body().decode(),
    }


def _edition():
    issued = seconds(NOW)
    members = [
        _member("420200", "黄石", "Huangshi", ADDRESS, (HOME, STATEMENTS), issued),
        _member("460200", "三亚", "Sanya", "https://points.sanya.example", (HOST,), issued),
    ]
    return {
        "kind": KIND, "version": 1, "issued": issued, "refresh_by": issued + 7 * 86400,
        "expires": issued + 30 * 86400, "threshold": 1,
        "roots": [{"name": ROOT.keyid, "x": _x(ROOT)}], "members": members,
    }  # fmt: skip


def _member(city, name, name_en, address, signers, issued):
    keys = [
        {
            "name": one.keyid.partition("/")[2], "x": _x(one), "not_before": issued - 86400,
            "not_after": issued + 365 * 86400,
        }
        for one in signers
    ]  # fmt: skip
    return {
        "city": city, "name": name, "name_en": name_en, "address": address, "keys": keys,
        "areas": [], "purposes": ["eligibility", "redemption"],
    }  # fmt: skip


def _headers(message):
    names = ("content-type", "content-digest", "signature-input", "signature")
    return "\n".join(f"{name.title()}: {message.headers[name]}" for name in names)


def _base(message, asked):
    said, parameters, _ = read(message.headers)
    return signature_base(said.components, parameters, message, asked).decode()


def _x(signer):
    return jws.public_jwk(signer.private.public_key())["x"]


def _d(signer):
    return base64url.encode(signer.private.private_bytes_raw())
