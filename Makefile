# The handbook's commands. `make` builds everything, `make test` checks everything,
# `make help` lists the rest. They need Python 3.11 or newer with venv, and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUT    := build

# $(call sphinx,builder,output folder): warnings are errors, every reference must resolve, and all
# findings are shown at once. The pages are read once for all outputs. What is wrong with a page is
# told only when it is read, so a failed build is followed by one that starts from nothing.
sphinx = $(BIN)/sphinx-build -W -n --keep-going -q -j auto -b $(1) -d $(OUT)/doctrees docs $(2) \
	|| { rm -rf $(OUT)/doctrees; exit 1; }

# Folders are listed too: their time changes when a page is removed or renamed.
SOURCES := $(shell find docs -name __pycache__ -prune -o -print) CITATION.cff

# Bytecode beside the sources would change their folders' times and so start a rebuild.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(OUT)/pycache

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all html pdf live linkcheck network audit watch lint readability a11y test new-study lock bench \
	bench-check lighthouse clean help

all: html pdf ## Build the web site and the PDFs (the default)
	@echo
	@echo "Web site: $(CURDIR)/$(OUT)/html/index.html"
	@echo "PDF:      $(CURDIR)/$(OUT)/pdf/handbook.pdf"
	@echo "Handout:  $(CURDIR)/$(OUT)/pdf/handout-a4.pdf, handout-letter.pdf"

html: $(OUT)/.html-built ## Build the web site into build/html

pdf: $(OUT)/pdf/handbook.pdf ## Build handbook and handout as PDF into build/pdf

# The web site offers the PDFs, so they come first.
$(OUT)/.html-built: $(OUT)/pdf/handbook.pdf
	$(call sphinx,html,$(OUT)/html)
	@cp $(<D)/*.pdf $(OUT)/html/
	@touch $@

$(OUT)/pdf/handbook.pdf: $(VENV)/.build-ready $(SOURCES)
	$(call sphinx,typstpdf,$(@D))
	@touch $@

live: $(VENV)/.dev-ready ## Show the web site at http://127.0.0.1:8000, new on every save (PORT=8001)
	@$(BIN)/python -m tools.live docs $(OUT)/live $(OUT)/live-doctrees $(if $(PORT),--port $(PORT))

# No network is told before anything is built. Python runs from here, so that the check finds tools/.
linkcheck: $(VENV)/.dev-ready network pdf ## Check that every link still opens (needs the network)
	@$(BIN)/python -m sphinx -q -j auto -b linkcheck -d $(OUT)/doctrees \
		-D link_pdfs=$(OUT)/pdf docs $(OUT)/linkcheck

network: $(VENV)/.dev-ready
	@$(BIN)/python -m tools.network

audit: $(VENV)/.dev-ready ## Ask services about every source; FIX=1 proposes a patch
	$(BIN)/python -m tools.audit $(if $(FIX),--fix)

watch: $(VENV)/.dev-ready ## Look for new studies and changed trials; RECORD=1 writes down the run
	$(BIN)/python -m tools.watch $(if $(RECORD),--record) $(if $(UNTIL),--until "$(UNTIL)") \
		$(if $(REJECT),--reject "$(REJECT)" --reason "$(REASON)")

lint: $(VENV)/.dev-ready ## Check sources, Python and workflows without building
	$(BIN)/python -m tools.lint docs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/check-jsonschema --builtin-schema vendor.readthedocs .readthedocs.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet .github/workflows

readability: $(VENV)/.dev-ready html ## Show how hard each page's In short and the handout are to read
	$(BIN)/python -m tools.readability $(OUT)/html

a11y: $(VENV)/.dev-ready html ## Look at every page for barriers, in a browser (takes minutes)
	$(BIN)/python -m tools.accessibility $(OUT)/html $(OUT)/a11y/report.json

test: $(VENV)/.dev-ready ## Run every test
	$(BIN)/python -m pytest -n auto --dist loadscope $(PYTEST_ARGS)

new-study: $(VENV)/.build-ready ## Start the page of a study: make new-study KEY=wang2018
	$(BIN)/python -m tools.new_study "$(KEY)"

lock: $(VENV)/.dev-ready ## Refresh requirements.txt and requirements-dev.txt
	$(BIN)/uv pip compile $(UV_COMPILE) requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(UV_COMPILE) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile $(UV_COMPILE) bench/requirements-jupyter-book.in -o bench/requirements-jupyter-book.txt
	$(BIN)/uv pip compile $(UV_COMPILE) bench/requirements-mkdocs.in -o bench/requirements-mkdocs.txt
UV_COMPILE := --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock"

bench: $(VENV)/.dev-ready ## Measure how quick builds are, beside others (most of an hour; SIZES="0.3 1 3 10 30" RUNS=5)
	$(BIN)/python -m bench run --folder $(OUT)/bench $(if $(SIZES),--sizes "$(SIZES)") $(if $(RUNS),--runs $(RUNS))

bench-check: $(VENV)/.dev-ready ## Check that builds are as quick as the committed results say
	$(BIN)/python -m bench check --folder $(OUT)/bench --runs 3

lighthouse: $(VENV)/.dev-ready html ## Score pages with Lighthouse (needs Node and Chromium; PAGES="index.html" RUNS=5)
	$(BIN)/python -m bench.lighthouse $(OUT)/html --folder $(OUT)/lighthouse \
		$(if $(RUNS),--runs $(RUNS)) $(if $(PAGES),--pages "$(PAGES)")

clean: ## Remove everything that was built, and the environment
	rm -rf $(OUT) $(VENV) .pytest_cache .ruff_cache

help: ## Show this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 20

# Wheels only, each checked against its hash.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--only-binary :all: --require-hashes -r

$(VENV)/.build-ready: requirements.txt | $(BIN)/python
	$(INSTALL) $<
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt $(VENV)/.build-ready
	$(INSTALL) $<
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "The handbook needs Python 3.11 or newer: install it, or name one, as in 'make PYTHON=python3.13'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: install it (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
