"""The certificate is checked against the name, although we connect to an address."""

import ssl
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from points_api import clock
from points_api.webhooks import addresses
from points_api.webhooks.models import WebhookAttempt, WebhookEndpoint
from points_api.webhooks.sending import http_client
from tests.points_api.webhooks.receiver import receiving
from tests.points_api.webhooks.shop import shop as open_shop
from tests.points_api.webhooks.test_addresses import leads_to


def certificate(folder, name):
    """A self-signed certificate of a name, and its key; the file of both."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(own).issuer_name(own).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize(
    ("name", "trusted", "status", "error"),
    [
        ("shop.example", True, 200, ""),
        ("other.example", True, None, "tls"),
        ("shop.example", False, None, "tls"),
    ],
)
async def test_only_who_can_prove_the_name_is_sent_to(
    database, tmp_path, monkeypatch, name, trusted, status, error
):
    path = certificate(tmp_path, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    asked: list[str | None] = []
    server.sni_callback = lambda _, host, __: asked.append(host)
    client = ssl.create_default_context(cafile=str(path) if trusted else None)
    async with receiving(server) as receiver, http_client(client) as http, open_shop() as shop:
        monkeypatch.setattr(addresses, "PORTS", {receiver.port})
        shop.push.sender._client = http
        await shop.endpoint("http://127.0.0.1:9/")
        await WebhookEndpoint.all().update(url=f"https://shop.example:{receiver.port}/hook")
        leads_to(monkeypatch, "127.0.0.1")
        await shop.redeem(await shop.customer())
        await shop.run()
        tried = await WebhookAttempt.get()
        assert (tried.status, tried.error) == (status, error)
        assert asked == ["shop.example"]
        hosts = [one.headers["host"] for one in receiver.got]
        assert hosts == ([f"shop.example:{receiver.port}"] if status else [])
