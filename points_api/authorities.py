"""The authorities whose certificates count when we call others.

Reading them takes 25 ms and a megabyte; a process does it once, not once for each client.
"""

import ssl
from functools import cache

import httpx


@cache
def trusted(*, environment: bool = True) -> ssl.SSLContext:
    """Mozilla's or, unless `environment` is false, those that `SSL_CERT_FILE` or `_DIR` names."""
    return httpx.create_ssl_context(trust_env=environment)
