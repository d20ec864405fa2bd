"""`points assertion`: what a program of an agency or a merchant signs in with."""

import json
from pathlib import Path
from typing import Annotated

import typer

from points_api.cli.terminal import fail, say

app = typer.Typer()


@app.command()
def assertion(
    client_id: Annotated[str, typer.Argument(help="登记时给的编号 · as `add-key` printed it.")],
    private_jwk_file: Annotated[Path, typer.Argument(help="私钥文件 · the private key, a JWK.")],
) -> None:
    """签一次性断言 · Sign an assertion for `POST /v1/auth/token`, good once, for a minute."""
    import jwt

    from points_api import clock
    from points_api.auth.assertions import algorithm
    from points_api.auth.identity import issuer_of
    from points_api.ids import new_id
    from points_api.settings import load

    try:
        jwk = json.loads(private_jwk_file.read_text(encoding="utf-8"))
        key, kind = jwt.PyJWK.from_dict(jwk), algorithm(jwk)
    except (ValueError, KeyError, jwt.PyJWTError):
        fail(f"{private_jwk_file}: 不是私钥的 JWK 文件 (not a JWK file of a private key)")
    if "d" not in jwk:
        fail(f"{private_jwk_file}: 这是公钥，要用私钥 (public: use the private key)")
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer_of(load()),
        "exp": int(clock.now().timestamp()) + 60,
        "jti": str(new_id()),
    }
    say(jwt.encode(claims, key.key, algorithm=kind, headers={"typ": "JWT"}))
