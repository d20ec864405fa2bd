from pathlib import Path
from ssl import CERT_REQUIRED

import certifi
import pytest

from points_api import authorities


@pytest.fixture
def one_authority(tmp_path, monkeypatch):
    """The environment names a file of a single authority."""
    first, end, _ = Path(certifi.where()).read_text("utf-8").partition("-----END CERTIFICATE-----")
    (tmp_path / "one.pem").write_text(f"{first}{end}\n", "utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "one.pem"))
    authorities.trusted.cache_clear()
    yield
    authorities.trusted.cache_clear()


def test_whom_the_environment_names_counts_only_where_the_environment_does(one_authority):
    assert authorities.trusted().cert_store_stats()["x509_ca"] == 1
    assert authorities.trusted(environment=False).cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize("environment", [True, False])
def test_a_certificate_is_demanded_and_of_the_name_that_was_called(environment):
    context = authorities.trusted(environment=environment)
    assert (context.verify_mode, context.check_hostname) == (CERT_REQUIRED, True)
    assert authorities.trusted(environment=environment) is context
