"""`make bench ARGS="[NAME…] [--small] [--json]"`: measure, print each ratio, say what is met."""

import argparse
import importlib
import sys

from benchmarks.rows import Row, show

# Name on the command line -> module with `run(small) -> list[Row]`.
BENCHMARKS = {
    "score-one": "score_one",
    "score-read": "score_read",
    "score-read-cold": "score_read",
    "verification": "verification",
    "record-to-score": "record_to_score",
    "redemption": "redemption",
    "ingest": "ingest",
    "batch": "batch",
    "nightly": "nightly",
    "nightly-read": "nightly_read",
    "spark": "spark",
    "eligibility": "eligibility",
    "eligibility-reasons": "eligibility",
    "recognition": "recognition",
    "mapping": "mapping",
    "linking": "linking",
}


def main() -> int:
    """Run the named benchmarks, or all; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("name", nargs="*", help=", ".join(BENCHMARKS))
    parser.add_argument("--small", action="store_true", help="smaller sizes, within a minute")
    parser.add_argument("--json", action="store_true", help="a list of rows and nothing else")
    args = parser.parse_args()
    unknown = sorted(set(args.name) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    rows: list[Row] = []
    for name in args.name or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{BENCHMARKS[name]}").run(args.small)
    show(rows, "json" if args.json else "table")
    return 0 if all(r.met for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
