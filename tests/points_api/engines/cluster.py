"""A standalone Spark cluster for the time of a test: a master and workers, on loopback only.

Started with the program in pyspark's own package, each process by itself, so that one of them can
be killed like a machine that loses its power. All are ended by their own ids.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pyspark

from tests.frame.tree import ROOT

_PATIENCE_SECONDS = 120
_SPARK = Path(pyspark.__file__).parent
# Quick to start and small, for the machine has other tests to run.
_JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
_DEFAULTS = f"""
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 512m
spark.driver.extraJavaOptions {_JAVA}
spark.executor.memory 512m
spark.executor.extraJavaOptions {_JAVA}
spark.ui.enabled false
spark.eventLog.enabled true
spark.eventLog.compress false
spark.eventLog.rolling.enabled false
spark.eventLog.dir file://{{events}}
spark.local.dir {{folder}}
"""


class Cluster:
    """`environment` is for whoever drives it; `events` gets its event log."""

    def __init__(self, master: str, workers: list[psutil.Process], folder: Path) -> None:
        self.master = master
        self.workers = workers
        self.environment = _environment(folder)
        self.events = folder / "events"

    def kill_while_it_works(self, n: int) -> None:
        """Kill a worker with all that it runs, at a time at which it has a task.

        Stopped first, it cannot end a task that it has or is given; free for a moment, it is
        given one at once.
        """
        dying = [self.workers[n], *self.workers[n].children(recursive=True)]
        for process in dying:
            process.suspend()
        time.sleep(1)
        for process in dying:
            process.kill()


def configure(folder: Path) -> dict[str, str]:
    """Write Spark's own configuration; the environment for whoever is to find it."""
    (folder / "events").mkdir()
    (folder / "spark-defaults.conf").write_text(
        _DEFAULTS.format(events=folder / "events", folder=folder)
    )
    return _environment(folder)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """Run a master and workers of one core each until the block ends."""
    configure(folder)
    with ExitStack() as stack:
        log = stack.enter_context(
            _running(folder, "master.Master", "--host", "127.0.0.1", "--port", "0")
        )[1]
        master = _told(log, r"Starting Spark master at (spark://\S+)")
        started = [
            stack.enter_context(
                _running(
                    folder, "worker.Worker", "--host", "127.0.0.1", "--cores", "1",
                    "--memory", "512m", "--work-dir", str(folder / f"work-{n}"), master,
                )
            )
            for n in range(workers)
        ]  # fmt: skip
        for _, log in started:
            _told(log, r"(Successfully registered with master)")
        yield Cluster(master, [process for process, _ in started], folder)


@contextmanager
def _running(folder: Path, name: str, *words: str) -> Iterator[tuple[psutil.Process, Path]]:
    log = folder / f"{name}-{len(list(folder.glob('*.log')))}.log"
    command = [str(_SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}"]
    with log.open("wb") as out:
        process = psutil.Popen(
            [*command, "--webui-port", "0", *words],
            env=_environment(folder), cwd=folder, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield process, log
    finally:
        all_of_it = [process, *(process.children(recursive=True) if process.is_running() else [])]
        for one in all_of_it:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait(10)


def _environment(folder: Path) -> dict[str, str]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("SPARK_", "PYSPARK_"))}
    return kept | {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_DAEMON_JAVA_OPTS": f"{_JAVA} -Dspark.master.rest.enabled=false",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
    }


def _told(log: Path, pattern: str) -> str:
    """What a process says in its log, as soon as it says it."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up:
        if found := re.search(pattern, log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-2000:])
