#!/bin/sh
# Writes the lock files from pyproject.toml: every file of every package by its hash, for any
# Python from 3.11 on, without the name of any index or machine. Needs uv; installing needs only pip.
set -eu
cd "$(dirname "$0")/.."

lock() {
  target=$1
  shift
  uv pip compile "$@" --universal --python-version 3.11 --generate-hashes --quiet \
    --no-emit-index-url --no-emit-find-links --no-header --output-file "$target"
}

lock requirements.lock pyproject.toml                # what runs
lock requirements-build.lock --group build           # what makes the wheel
lock requirements-dev.lock pyproject.toml --all-extras --group build --constraint requirements.lock
