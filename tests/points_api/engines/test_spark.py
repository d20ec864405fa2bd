"""Spark gives what the embedded engine gives, also on a cluster that loses a machine meanwhile.

The cluster is real: a master and two workers, each a process, and whoever drives it is one too.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from points_api.engines.embedded import Embedded
from points_api.engines.results import digest_of
from points_api.engines.spark import _groups
from tests.points_api.engines.city import CARD, DAY, City, make_city
from tests.points_api.engines.cluster import Cluster, cluster, configure

PARTS = 12
DRIVE = [sys.executable, str(Path(__file__).with_name("drive.py"))]
TIME_LIMIT_SECONDS = 300  # a machine with much other work is ten times as slow

needs_java = pytest.mark.skipif(
    not shutil.which("java") and not os.environ.get("JAVA_HOME"),
    reason="needs Java: sh dev/install.sh java",
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Each part keeps a core busy for a while, as a hundred times as many people would."""
    return make_city(tmp_path_factory.mktemp("city"), PARTS, people=2000, slow=200)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


@contextmanager
def driven(
    master: str, folder: Path, environment: dict[str, str]
) -> "Iterator[subprocess.Popen[str]]":
    """The driver's process, whose time is bounded."""
    with (
        (folder / "driver.log").open("ab") as log,
        subprocess.Popen(
            [*DRIVE, master, str(folder), str(DAY)],
            env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True,
        ) as driver,
    ):  # fmt: skip
        limit = threading.Timer(TIME_LIMIT_SECONDS, driver.kill)
        limit.start()
        try:
            yield driver
        finally:
            limit.cancel()
            driver.kill()


def events(cluster: Cluster) -> list[dict[str, Any]]:
    """What Spark wrote down of the only application that the cluster had."""
    (log,) = cluster.events.iterdir()
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.slow
@needs_java
def test_a_cluster_that_loses_a_worker_gives_the_digest_of_the_embedded_engine(city, two_workers):
    expected = [results for _, results in Embedded().run(city.snapshot, CARD, DAY, counted=True)]
    with driven(two_workers.master, city.snapshot.folder, two_workers.environment) as driver:
        assert driver.stdout is not None
        lines = [driver.stdout.readline()]
        two_workers.kill_while_it_works(0)
        lines += driver.stdout.readlines()
    counted = [int(part.counted.sum()) for part in expected if part.counted is not None]
    assert lines[:-1] == [f"{n} {count}\n" for n, count in enumerate(counted)]
    assert lines[-1].strip() == digest_of(expected)

    told = events(two_workers)
    lost = [e for e in told if e["Event"] == "SparkListenerExecutorRemoved"]
    ends = [e["Task End Reason"] for e in told if e["Event"] == "SparkListenerTaskEnd"]
    assert len({end["Executor ID"] for end in ends if end["Reason"] == "ExecutorLostFailure"}) == 1
    assert len([end for end in ends if end["Reason"] == "Success"]) == PARTS
    assert lost


def told(master: str, folder: Path, environment: dict[str, str]) -> str:
    """The last thing that the driver says."""
    with driven(master, folder, environment) as driver:
        return driver.communicate()[0].splitlines()[-1]


@pytest.mark.slow
@needs_java
def test_a_damaged_part_is_refused_by_the_executor_that_reads_it(tmp_path):
    city = make_city(tmp_path / "city", parts=2, people=20)
    path = tmp_path / "city" / city.snapshot.parts[1].files["people"]
    path.write_bytes(path.read_bytes()[:-1])
    last = told("local[1]", city.snapshot.folder, configure(tmp_path))
    assert last.startswith(f"SnapshotRefused: {path}: ")


def test_without_java_the_mend_is_told(tmp_path):
    city = make_city(tmp_path / "city", parts=1, people=1)
    environment = configure(tmp_path) | {"JAVA_HOME": str(tmp_path / "none")}
    last = told("local[1]", city.snapshot.folder, environment)
    assert last.startswith("EngineUnavailable: ")
    assert "Java 17" in last


def test_a_group_has_as_many_parts_as_the_cluster_has_cores_at_that_time(tmp_path):
    parts = make_city(tmp_path, parts=7, people=1).snapshot.parts
    cores = iter([1, 4, 0, 128])
    groups = _groups(parts, lambda: next(cores))
    assert [[part.number for part in group] for group in groups] == [[0], [1, 2, 3, 4], [5], [6]]
