"""Every environment variable of the program, read once into a frozen `Settings`.

Names are `POINTS_` and the field in capitals. A mistaken setting is refused with one line that
names the variable and the mend and never repeats the value. What runs only embedded or faked is
told by `announcements`; in production the dangerous part of it is refused.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from points_api import clock

PREFIX = "POINTS_"
# Published with the source on purpose: data sealed with it is not protected from anybody.
DEVELOPMENT_KEYS = "development:" + base64.b64encode(b"development only, not a secret!!").decode()
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_DATABASES = {"sqlite", "postgres"}
_MASTERS = re.compile(r"local(\[.+\])?|yarn|(spark|k8s)://.+")
_REDIS = {"memory", "redis", "rediss", "redis+cluster"}


class SettingsError(Exception):
    """A setting cannot be used. One line, both languages, never the value."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A secret of at least 32 bytes from which every other key is derived, and its public id."""

    id: str
    secret: bytes = field(repr=False)


class Settings(BaseSettings):
    """What an operator may choose. `load()` reads it from the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    env: Literal["development", "production"] = "development"
    database_url: str = Field(default="sqlite://var/points.db", repr=False)
    redis_url: str = Field(default="memory://", repr=False)
    city: str = Field(default="huangshi", pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    data_dir: Path | None = None
    """Folder of the city's data files; None: the ones shipped with the program."""
    snapshot_dir: Path = Path("var/snapshot")
    """Folder of the records snapshot, for the whole-city pass."""
    secret_keys: SecretStr = SecretStr(DEVELOPMENT_KEYS)
    cipher: Literal["aes", "sm4"] = "aes"
    wechat_appid: str = ""
    wechat_secret: SecretStr = SecretStr("")
    wechat_templates: dict[str, str] = Field(default_factory=dict)
    """Ids of WeChat's message templates by kind of notice, as a JSON object."""
    address: str = ""
    """Where the city is reached, as https://points.example: in proofs of a city that no directory
    lists. Empty: at the socket that was called, and in production nowhere."""
    timezone: str = "Asia/Shanghai"
    """The zone of days and deadlines. They are the law's, so there is no other to choose."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    max_body_bytes: int = Field(default=1024**2, ge=1024)
    """Largest body of an ordinary request."""
    max_delivery_bytes: int = Field(default=256 * 1024**2, ge=1024)
    """Largest file that an agency may deliver."""
    merchant_calls_per_minute: int = Field(default=6000, ge=1)
    """Calls that one key of a merchant may make in a minute."""
    partner_calls_per_minute: int = Field(default=6000, ge=1)
    """Calls that one partner city may make in a minute; in each process as many questions more."""
    partner_batches_per_minute: int = Field(default=60, ge=1)
    """Batches among them, each of up to 100 questions."""
    webhook_loopback: bool = False
    """Let merchants' addresses be on this machine, and without TLS there: development and tests."""
    partners_directory: Path | None = None
    """First edition of the member directory, those after it beside it as `<name>-<number>.json`;
    None: no exchange with cities."""
    partners_digest: str = ""
    """Digest of that edition, as the cities agreed on it; empty: that in `<name>.digest` beside."""
    spark_master: str = "local[*]"
    """Cluster of `points rescore --engine spark`."""
    spark_folder: str = ""
    """Where that cluster finds the snapshot's files; empty: at the same path as this process."""

    @cached_property
    def master_keys(self) -> tuple[MasterKey, ...]:
        """The master keys, newest first; the newest seals, all of them open."""
        return parse_keys(self.secret_keys.get_secret_value())

    @property
    def uses_wechat_fake(self) -> bool:
        return not (self.wechat_appid and self.wechat_secret.get_secret_value())

    @property
    def keeps_visitors_apart(self) -> bool:
        """Whether a process beside the server answers visitors.

        That a session has ended both learn by Redis or by SQLite, not by the memory of one.
        """
        shares = self.redis_url != "memory://" or self.database_url.startswith("sqlite:")
        return self.partners_directory is not None and shares

    @property
    def uses_development_keys(self) -> bool:
        secret = parse_keys(DEVELOPMENT_KEYS)[0].secret
        return any(key.secret == secret for key in self.master_keys)

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        # Operators paste both spellings; the ORM knows only one.
        if url.startswith("postgresql://"):
            url = "postgres://" + url.removeprefix("postgresql://")
        return _known_scheme(url, _DATABASES, "sqlite://…, postgres://…")

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, url: str) -> str:
        return _known_scheme(url, _REDIS, "memory://, redis://…, redis+cluster://…")

    @field_validator("address")
    @classmethod
    def _plain_address(cls, address: str) -> str:
        if address and not _ADDRESS.fullmatch(address):
            raise _refusal("要写 https://域名，不带路径", "name it as https://host, without a path")
        return address

    @field_validator("spark_master")
    @classmethod
    def _known_master(cls, master: str) -> str:
        if not _MASTERS.fullmatch(master):
            shown = "local[*], spark://…, yarn, k8s://…"
            raise _refusal(f"要写其中之一：{shown}", f"name one of {shown}")
        return master

    @field_validator("secret_keys")
    @classmethod
    def _usable_keys(cls, keys: SecretStr) -> SecretStr:
        parse_keys(keys.get_secret_value())
        return keys

    @field_validator("timezone")
    @classmethod
    def _legal_zone(cls, name: str) -> str:
        if name != clock.LEGAL_ZONE.key:
            raise _refusal(
                f"只能是 {clock.LEGAL_ZONE.key}：日期和期限一律按中国法定时间；请改成它或删去",
                f"can only be {clock.LEGAL_ZONE.key}: days and deadlines are legal time of China; "
                "set that or unset it",
            )
        return name

    @field_validator("data_dir")
    @classmethod
    def _existing_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise _refusal("要写一个已有的文件夹", "name a folder that exists")
        return folder

    @model_validator(mode="after")
    def _fit_for_production(self) -> "Settings":
        if self.env == "production" and self.uses_development_keys:
            raise _refusal(
                "生产环境不得使用开发密钥；请写 编号:BASE64（openssl rand -base64 32）",
                "the development key is refused in production; "
                "set id:BASE64 (openssl rand -base64 32)",
                "secret_keys",
            )
        if self.env == "production" and self.uses_wechat_fake:
            missing = "wechat_secret" if self.wechat_appid else "wechat_appid"
            raise _refusal(
                "生产环境不得使用模拟微信；请填写微信公众平台给出的值",
                "the WeChat fake is refused in production; set what the WeChat platform issued",
                missing,
            )
        if self.env == "production" and self.partners_directory and not self.partners_digest:
            raise _refusal(
                "生产环境要写明成员名录首版的摘要，不从名录旁边读取",
                "in production set the digest of the first edition; beside it, it protects nothing",
                "partners_digest",
            )
        if self.env == "production" and self.webhook_loopback:
            raise _refusal(
                "生产环境不得推送到本机地址；请删去这一项",
                "pushing to addresses of this machine is refused in production; unset it",
                "webhook_loopback",
            )
        return self


def load(fields: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings from the environment; the argument overrides single fields by name."""
    try:
        return Settings(**(fields or {}))
    except ValidationError as error:
        lines = [_line(entry) for entry in error.errors(include_input=False, include_url=False)]
        raise SettingsError("; ".join(lines)) from None


def parse_keys(text: str) -> tuple[MasterKey, ...]:
    """Read `id:base64,id:base64`, newest first."""
    keys = tuple(_parse_key(entry.strip()) for entry in text.split(",") if entry.strip())
    if not keys:
        raise _refusal("至少要有一把密钥：编号:BASE64", "at least one key is needed: id:BASE64")
    if len({key.id for key in keys}) < len(keys):
        raise _refusal("密钥编号重复", "two keys carry the same id")
    return keys


def _parse_key(entry: str) -> MasterKey:
    key_id, _, encoded = entry.partition(":")
    try:
        secret = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not _KEY_ID.fullmatch(key_id) or len(secret) < 32:
        raise _refusal(
            "每把密钥写作 编号:BASE64，编号用小写字母和数字，密钥至少 32 字节",
            "each key is id:BASE64, the id in lower case, the secret at least 32 bytes",
        )
    return MasterKey(key_id, secret)


def _known_scheme(url: str, known: set[str], shown: str) -> str:
    if urlsplit(url).scheme not in known:
        raise _refusal(f"要以其中之一开头：{shown}", f"must start with one of {shown}")
    return url


def _refusal(zh: str, en: str, variable: str = "") -> PydanticCustomError:
    return PydanticCustomError("setting", "{zh} ({en})", {"zh": zh, "en": en, "variable": variable})


def _line(entry: Mapping[str, object]) -> str:
    """Turn one error of Pydantic's into `POINTS_X: what is wrong and how to mend it`."""
    context = entry.get("ctx")
    named = context.get("variable") if isinstance(context, dict) else None
    location = entry["loc"]
    first = location[0] if isinstance(location, tuple) and location else "?"
    return f"{PREFIX}{str(named or first).upper()}: {entry['msg']}"
