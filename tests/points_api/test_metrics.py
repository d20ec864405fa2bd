import os
import subprocess
import sys
from pathlib import Path

from points_api import metrics

ROOT = Path(__file__).parents[2]


def test_what_was_observed_is_exposed():
    metrics.observe("GET", "/v1/test-metrics", 200, 0.004)
    shown = metrics.exposition().decode()
    mark = 'method="GET",route="/v1/test-metrics"'
    assert f'points_http_requests_total{{{mark},status="200"}} 1.0' in shown
    assert f'points_http_request_seconds_bucket{{le="0.005",{mark}}} 1.0' in shown
    assert f'points_http_request_seconds_bucket{{le="0.0025",{mark}}} 0.0' in shown


def test_made_up_methods_do_not_grow_the_memory():
    before = len(metrics.exposition())
    for number in range(100):
        metrics.observe(f"METHOD{number}", "/v1/test-metrics", 405, 0.001)
    assert len(metrics.exposition()) < before + 2000


def test_any_worker_shows_the_sum_of_all(tmp_path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    code = (
        "from points_api import metrics\n"
        "metrics.observe('GET', '/v1/me/score', 200, 0.001)\n"
        "print(metrics.exposition().decode())"
    )
    for workers in (1, 2, 3):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        total = 'points_http_requests_total{method="GET",route="/v1/me/score",status="200"}'
        assert f"{total} {workers}.0" in done.stdout
