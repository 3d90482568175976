# Everything one does with a checkout of Ygor. `make` alone lists the targets.

PORT ?= 8000
# Two workers more than processors: many tests wait for servers they started. The longest files, in tests/e2e, come first.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; echo $$((n + 2)))
PYTEST_ARGS ?=
UPGRADE ?=
IMAGE ?= ygor

BIN := .venv/bin
DEV := .venv/.dev-installed
NODE_MODULES := node_modules/.installed
FEDIFY := tests/interop/fedify/node_modules/.installed
VENDOR := web/static/vendor/.built
CODES := node/codes/communes.json
TEMPLATES = $(shell find web node -type d -name templates)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check format assets lock i18n bench soak clean image system-packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(DEV) assets ## a territory of 37 nodes with people and missions, on port 8000 (PORT=)
	$(BIN)/ygor demo --port $(PORT)

test: system-packages $(DEV) assets $(FEDIFY) ## every test (PYTEST_ARGS="tests/house -k codes" for some)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not soak" $(PYTEST_ARGS)

check: $(DEV) ## lint, format, types, import arrows, templates, translations, style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --lint $(TEMPLATES))
	$(if $(wildcard web/i18n.py web/i18n/__main__.py),$(BIN)/python -m web.i18n check)
	$(BIN)/python scripts/style.py

format: $(DEV) ## rewrite Python files the way `check` wants them
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

i18n: $(DEV) ## bring the English catalogues up to date with the French sentences of the code
	$(BIN)/python -m web.i18n extract

bench: $(DEV) assets ## the figures of benchmarks/
	$(BIN)/python -m benchmarks

soak: system-packages $(DEV) assets $(FEDIFY) ## the long runs
	$(BIN)/pytest -m soak --timeout=7200 $(PYTEST_ARGS)

assets: $(VENDOR) $(CODES) ## front-end files and official codes, from npm

$(NODE_MODULES): package.json package-lock.json
	scripts/require-node.sh
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# The foreign peer of the tests and the Node.js that it wants, whatever version npm itself runs on.
$(FEDIFY): tests/interop/fedify/package.json tests/interop/fedify/package-lock.json
	scripts/require-node.sh
	cd tests/interop/fedify && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENDOR): $(NODE_MODULES) scripts/assets.mjs
	node scripts/assets.mjs
	@touch $@

$(CODES): $(NODE_MODULES) scripts/codes.mjs
	node scripts/codes.mjs

$(DEV): requirements/dev.lock requirements/inputs.lock pyproject.toml
	scripts/make-venv.sh .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/inputs.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

lock: $(DEV) ## write the lock files anew (UPGRADE=--upgrade to take newer versions)
	scripts/lock.sh $(UPGRADE)

system-packages: ## Chromium and PostgreSQL from Debian's packages, if missing
	@scripts/system-packages.sh chromium postgresql

image: ## the container image, with buildah or docker (IMAGE=name)
	$(if $(shell command -v buildah),buildah bud --format docker,docker build) -t $(IMAGE) .

clean: ## everything that can be made again, except the demo's data
	rm -rf .venv node_modules tests/interop/fedify/node_modules web/static/vendor node/codes/*.json build dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
