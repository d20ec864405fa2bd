import base64
import os

import pytest
from pydantic import ValidationError

from points_api.settings import DEVELOPMENT_KEYS, SettingsError, load

SECRET = base64.b64encode(bytes(range(32))).decode()
OLDER = base64.b64encode(bytes(range(1, 33))).decode()
REAL = {
    "env": "production",
    "secret_keys": f"2026:{SECRET}",
    "wechat_appid": "wx0123456789abcdef",
    "wechat_secret": "0123456789abcdef0123456789abcdef",
    "database_url": "postgres://points@db/points",
    "redis_url": "redis://cache:6379/0",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("POINTS_")]:
        monkeypatch.delenv(name)


def test_without_any_setting_the_embedded_city_runs():
    settings = load()
    assert settings.database_url == "sqlite://var/points.db"
    assert settings.redis_url == "memory://"
    assert settings.city == "huangshi"
    assert settings.timezone == "Asia/Shanghai"


def test_settings_come_from_the_environment_under_their_published_names(monkeypatch):
    for name, value in {
        "POINTS_DATABASE_URL": "postgresql://points@db/points",
        "POINTS_REDIS_URL": "redis+cluster://cache:6379",
        "POINTS_CITY": "tianjin",
        "POINTS_SECRET_KEYS": f"2026:{SECRET}, 2025:{OLDER}",
        "POINTS_LOG_LEVEL": "warning",
        "POINTS_CIPHER": "sm4",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert settings.database_url == "postgres://points@db/points"
    assert settings.city == "tianjin"
    assert settings.log_level == "WARNING"
    assert [(key.id, key.secret) for key in settings.master_keys] == [
        ("2026", bytes(range(32))),
        ("2025", bytes(range(1, 33))),
    ]


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"secret_keys": DEVELOPMENT_KEYS}, "POINTS_SECRET_KEYS"),
        ({"address": "points.example"}, "POINTS_ADDRESS"),
        ({"address": "https://points.example/v1"}, "POINTS_ADDRESS"),
        ({"secret_keys": f"2026:{SECRET},{DEVELOPMENT_KEYS}"}, "POINTS_SECRET_KEYS"),
        # The same published secret under another name is no better.
        ({"secret_keys": "mine:" + DEVELOPMENT_KEYS.partition(":")[2]}, "POINTS_SECRET_KEYS"),
        ({"wechat_appid": ""}, "POINTS_WECHAT_APPID"),
        ({"wechat_secret": ""}, "POINTS_WECHAT_SECRET"),
        ({"webhook_loopback": True}, "POINTS_WEBHOOK_LOOPBACK"),
        ({"partners_directory": "directory.json"}, "POINTS_PARTNERS_DIGEST"),
    ],
)
def test_production_refuses_the_published_key_and_the_fake(change, variable):
    with pytest.raises(SettingsError) as refused:
        load(REAL | change)
    assert str(refused.value).startswith(variable + ": ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("secret_keys", "2026:c2hvcnQ="),
        ("secret_keys", f"UPPER:{SECRET}"),
        ("secret_keys", f"2026:{SECRET}!"),
        ("secret_keys", f"a:{SECRET},a:{OLDER}"),
        ("secret_keys", " , "),
        ("database_url", "mysql://root:hunter2@db/points"),
        ("redis_url", "memcached://hunter2@cache"),
        ("city", "../hunter2"),
        ("timezone", "Asia/Hunter2"),
        ("log_level", "hunter2"),
        ("cipher", "hunter2"),
        ("data_dir", "/no/such/hunter2"),
        ("max_body_bytes", "hunter2"),
    ],
)
def test_a_mistaken_setting_is_named_and_its_value_is_not_repeated(field, value):
    with pytest.raises(SettingsError) as refused:
        load({field: value})
    line = str(refused.value)
    assert line.startswith(f"POINTS_{field.upper()}: ")
    assert "hunter2" not in line.lower()
    assert SECRET not in line
    assert "\n" not in line


def test_all_mistakes_are_told_at_once():
    with pytest.raises(SettingsError, match=r"POINTS_CITY: .*; POINTS_CIPHER: "):
        load({"city": "?", "cipher": "des"})


def test_settings_cannot_be_changed_and_do_not_print_secrets():
    settings = load(REAL)
    with pytest.raises(ValidationError):
        settings.city = "tianjin"
    assert SECRET not in repr(settings)
    assert REAL["wechat_secret"] not in repr(settings)
    assert REAL["database_url"] not in repr(settings)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC", ""])
def test_another_zone_than_the_legal_one_is_refused_and_never_silently_ignored(zone):
    with pytest.raises(SettingsError, match="legal time of China") as refused:
        load({"timezone": zone})
    assert str(refused.value).startswith("POINTS_TIMEZONE: ")
    assert "中国法定时间" in str(refused.value)


@pytest.mark.parametrize(
    ("database_url", "redis_url", "directory", "apart"),
    [
        ("sqlite://var/points.db", "memory://", "directory.json", True),
        ("postgres://points@db/points", "redis://cache:6379/0", "directory.json", True),
        ("postgres://points@db/points", "memory://", "directory.json", False),
        ("sqlite://var/points.db", "memory://", None, False),
    ],
)
def test_visitors_have_a_process_where_there_are_partners_and_what_both_know_is_shared(
    database_url, redis_url, directory, apart
):
    chosen = {"database_url": database_url, "redis_url": redis_url}
    settings = load(chosen | ({"partners_directory": directory} if directory else {}))
    assert settings.keeps_visitors_apart is apart
