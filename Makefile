# Each target sets up what it needs on a Debian-like machine with Python >= 3.11, and is quiet when
# nothing is missing. ARGS is handed on:  make demo ARGS="--no-serve --people 2000 --json"

PYTHON ?= python3
WORKERS ?= logical
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
SETUP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo federation test chaos lint format bench load lock clean

help:  ## 列出目标 · list the targets
	@sed -n 's/^\([a-z]*\):.*##/  make \1 -/p' $(MAKEFILE_LIST)

setup: $(SETUP)  ## 虚拟环境，与锁定文件完全一致 · the virtual environment, exactly as the lock file says

$(SETUP): requirements-dev.lock pyproject.toml
	@echo "setting up .venv from requirements-dev.lock: about a minute, once" >&2
	@sh dev/install.sh venv $(PYTHON) >&2
	@$(PIP) --require-hashes -r requirements-dev.lock >&2
	@$(PIP) --no-deps --no-build-isolation --editable . >&2
	@touch $@

demo: $(SETUP)  ## 演示城市：从报送文件到开服务 · a demo city from agency files to served scores
	@$(BIN)/points demo $(ARGS)

federation: $(SETUP)  ## 互认的十座城市，开在本机 · ten cities that recognise each other, served on loopback
	@$(BIN)/points federation up $(ARGS)

test: $(SETUP)  ## 全部测试，SQLite 与真实的 PostgreSQL、Redis、Spark · every test, on SQLite and on a real PostgreSQL, Redis and Spark
	@sh dev/install.sh postgresql redis-server curl java chromium
	@$(BIN)/python -m dev.services --no-fsync -- $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

chaos: $(SETUP)  ## 兑现时杀掉进程和存储，完整，几分钟 · redeeming while workers and stores are killed, in full: some minutes
	@sh dev/install.sh postgresql redis-server
	@POINTS_KEYS=10000 POINTS_TRIES=10000 POINTS_HISTORIES=500 \
		$(BIN)/python -m dev.services -- $(BIN)/python -m pytest -n 0 -s --durations=0 -o faulthandler_timeout=14400 \
		tests/points_api/redemptions/test_killed_servers.py \
		tests/points_api/redemptions/test_races.py tests/points_api/redemptions/test_model.py \
		tests/points_api/conduct/test_model.py $(ARGS)

lint: $(SETUP)  ## 风格、类型、谁可以引用谁 · style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml

format: $(SETUP)  ## 把源码排成 lint 认可的样子 · put the source in the one shape that lint accepts
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(SETUP)  ## 基准，各与同一次量得的上限相比 · benchmarks, each with its ratio to a ceiling measured in the same run
	@sh dev/install.sh postgresql redis-server wrk java >&2
	@$(BIN)/python -m dev.services -- $(BIN)/python -m benchmarks $(ARGS)

load: $(SETUP)  ## Locust 模拟居民，对为它开的服务，在本机 · residents' traffic by Locust against a server started for it, on loopback
ifeq ($(findstring --federation,$(ARGS)),)
	@sh dev/install.sh postgresql redis-server
	@$(BIN)/python -m dev.services -- $(BIN)/python -m loadtests.run $(ARGS)
else  # each of its cities has a database of its own
	@$(BIN)/python -m loadtests.run $(ARGS)
endif

lock: $(SETUP)  ## 由 pyproject.toml 重写锁定文件 · write the lock files anew from pyproject.toml
	@sh dev/lock.sh

clean:  ## 删去各目标所造的，演示城市也删 · remove what the targets made, the demo city included
	@rm -rf .venv build dist var *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
