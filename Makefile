# Everything runs from .venv, which the first command makes. `make demo` needs nothing but Python 3.11 or newer.
PYTHON ?= python3
PREPARE := $(PYTHON) config/bootstrap.py
RUN := .venv/bin/python
DEVELOP := DEBUG=1 $(RUN)
# Where no process may keep what it compiled, as in many containers, each compiles every package again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo tour test oracles bench mutants views campaign check lint types run worker beat lock sbom

help: ## list these targets
	@sed -n 's/^\([a-z]*\): ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: ## everything at once on sample data: pages, API, worker, schedule (PORT=8000, RESET=1 starts afresh)
	@$(PREPARE) && exec $(RUN) -m config.demo

test: ## the test suite on SQLite and a private Redis
	@$(PREPARE) test && $(RUN) -m pytest -n 2

tour: ## take the pictures of docs/tour.md again (needs Chromium)
	@$(PREPARE) test ci && $(RUN) -m tests.browser.tour

oracles: ## compare scores with other people's programs on real forecasts
	@$(PREPARE) test ci && $(RUN) -m pytest -m oracle tests/oracles

bench: ## measure, as ratios against a limit taken in the same run
	@$(PREPARE) test && $(RUN) -m pytest -m benchmark tests/benchmarks

mutants: ## break rules, scores and services on purpose, and see the tests notice (minutes)
	@$(PREPARE) test && for profile in mutants search; do \
		HYPOTHESIS_PROFILE=$$profile $(RUN) -m pytest -n 2 -m mutant tests/soundness/test_mutants.py || exit 1; done

views: ## open every view of the admin in a browser, by day and by night (minutes; needs Chromium)
	@$(PREPARE) test ci && $(RUN) -m pytest -m "browser and nightly" tests/browser

campaign: ## break a running service on purpose, and write the README's tables of what was survived
	@$(PREPARE) test && rm -f build/reliability.jsonl && CAMPAIGN=1 $(RUN) -m pytest -n 4 --dist worksteal -p no:randomly -m fault tests/faults \
		&& $(RUN) -m tests.faults.cases && $(RUN) -m tests.faults.survived

check: ## settings, migrations and import rules
	@$(PREPARE) test && $(DEVELOP) manage.py check && $(DEVELOP) manage.py makemigrations --check && .venv/bin/lint-imports

lint: ## style of Python and templates
	@$(PREPARE) lint && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/djlint --lint forecasts/templates

types: ## static types
	@$(PREPARE) lint && .venv/bin/mypy

run: ## development server with DEBUG
	@$(PREPARE) && $(DEVELOP) manage.py migrate && $(DEVELOP) manage.py runserver

worker: ## a Celery worker on REDIS_URL
	@$(PREPARE) && exec $(RUN) -m celery -A config worker

beat: ## the Celery schedule on REDIS_URL
	@$(PREPARE) && exec $(RUN) -m celery -A config beat

lock: ## resolve requirements*.in into the hashed requirements*.txt
	@$(PREPARE) && for name in "" -test -lint -ci; do .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url requirements$$name.in -o requirements$$name.txt || exit 1; done

sbom: ## list what the service is made of, with licences: docs/dependencies.md, build/sbom.cdx.json
	@$(PREPARE) && $(RUN) -m config.parts
