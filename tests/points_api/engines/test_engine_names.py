"""An engine is asked for by name; Spark's packages only where they are there."""

import sys

import numpy as np
import pytest

from points_api.engines import EngineUnavailable, engine_named
from points_api.engines.embedded import Embedded
from points_api.engines.stored import StoredSnapshot
from points_api.settings import Settings, SettingsError, load
from points_api.snapshot.layout import SnapshotRefused
from scoring.columns import TYPES
from tests.points_api.engines.city import make_city


def test_the_array_engine_needs_no_setting():
    assert engine_named("array", Settings()) == Embedded()


def test_spark_is_told_the_master_and_where_the_cluster_finds_the_files():
    settings = Settings(spark_master="spark://one:7077", spark_folder="s3://bucket/snapshot")
    engine = engine_named("spark", settings)
    assert repr(engine) == (
        "Spark(master='spark://one:7077', folder='s3://bucket/snapshot', session=None)"
    )


@pytest.mark.parametrize("package", ["pyspark", "py4j", "pyarrow"])
def test_without_the_extra_the_mend_is_told(monkeypatch, package):
    monkeypatch.delitem(sys.modules, "points_api.engines.spark", raising=False)
    monkeypatch.delitem(sys.modules, "points_api.engines.stored", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineUnavailable, match=r"pip install 'huangshi-credit-points\[spark\]'"):
        engine_named("spark", Settings())


@pytest.mark.parametrize("master", ["local", "local[4]", "spark://a:1,b:2", "yarn", "k8s://x"])
def test_masters_of_every_kind_are_taken(master):
    assert load({"spark_master": master}).spark_master == master


@pytest.mark.parametrize("master", ["", "localhost:7077", "spark://", "mesos://a"])
def test_another_master_is_refused_with_the_ones_there_are(master):
    with pytest.raises(SettingsError, match=r"^POINTS_SPARK_MASTER: .*spark://…, yarn"):
        load({"spark_master": master})


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_snapshot_is_read_from_an_address_and_checked_as_from_a_folder(tmp_path, scheme):
    city = make_city(tmp_path, parts=1, people=30)
    stored = StoredSnapshot(tmp_path, city.snapshot.manifest, f"{scheme}{tmp_path}/")
    (part,) = stored.parts
    for name in TYPES:
        read = getattr(stored.columns(part), name)
        assert np.array_equal(read, getattr(city.columns, name))
    (tmp_path / part.files["people"]).unlink()
    with pytest.raises(SnapshotRefused, match=part.files["people"]):
        stored.people(part)
