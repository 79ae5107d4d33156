# make book       set up, execute the chapters that are stale, build _build/html
# make test       set up, unit tests, lint, every chapter re-executed offline in the smoke profile, and run elsewhere
# make pdf        the pages, and the book as one PDF beside them; needs Chromium
# make browser    the pages and the PDF checked in Chromium: links, layout, accessibility, keyboard, search, weight
# make elsewhere  every chapter in the smoke profile with another seed and data set, its objectives on any device
# make reproduce  every chapter from scratch at full budget, compared with what is committed
# make lab        JupyterLab on the chapters
# make steady     the book executed with one and with two threads: which measurements move, against the margins of their rules
# make claims     the ledger of all claims as _build/claims.json, from the committed notebooks
# make colab-check  the notebooks in a bare environment, installing aelib as Colab does
# make mutants    aelib broken in every way of tests/mutants: its tests must notice (SAMPLE=8: only 8 of them)
# make bench      the training loop against a DataLoader loop, pythae and this machine's matmul peak

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
ONE_THREAD := OMP_NUM_THREADS=1
# Without bytecode kept, every process spends ten seconds on its imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: book pages pdf browser test unit lint nbval elsewhere reproduce steady lab claims mutants bench colab-check setup clean

book: setup
	$(PY) -m book book

pages: setup
	$(PY) -m book pages

pdf: pages
	$(PIP) --editable '.[browser]'
	$(PY) -m book pdf

browser: pdf
	$(PY) -m pytest tests/browser -n 2 --dist loadfile

test: unit lint nbval elsewhere

unit: setup
	$(ONE_THREAD) $(PY) -m pytest tests -n 2

lint: setup
	$(PY) -m book lint

nbval: setup
	$(PY) -m book nbval --profile $(or $(PROFILE),smoke)

elsewhere: setup
	$(ONE_THREAD) $(PY) -m pytest tests/chapters -n 2

reproduce: setup
	$(PY) -m book reproduce

RUNS := _build/runs
steady: setup
	-$(PY) -m book reproduce --out $(RUNS)/one-thread
	-$(PY) -m book reproduce --out $(RUNS)/two-threads --threads 2
	$(PY) -m book steady --record chapters $(RUNS)/one-thread $(RUNS)/two-threads

lab: setup
	$(PIP) --editable '.[lab]'
	$(PY) -m jupyterlab chapters

claims: setup
	$(PY) -m book claims

mutants: setup
	$(PY) tests/mutants/run.py --sample $(or $(SAMPLE),0)

bench: setup
	$(PIP) --editable '.[bench]'
	$(PY) -m book.bench

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[book]'
	touch $@

# The committed notebooks in an environment with only torch, matplotlib and ipykernel: the first
# cell must install aelib, from an archive made here, and leave torch as it is.
BARE := _build/bare
ARCHIVE := _build/aelib.tar.gz
colab-check: setup
	rm -rf $(BARE) && $(PYTHON) -m venv $(BARE)
	$(BARE)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch matplotlib ipykernel
	tar -czf $(ARCHIVE) --exclude=__pycache__ pyproject.toml README.md aelib chapters/aelib_checks
	cd $(BARE) && env -u PYTHONPATH AELIB_SOURCE="$(CURDIR)/$(ARCHIVE)" PIP_CONSTRAINT="$(CURDIR)/constraints.txt" \
	  bin/python "$(CURDIR)/tests/reader.py" --profile smoke "$(CURDIR)"/chapters/*.ipynb
	rm -rf $(BARE) $(ARCHIVE)

clean:
	rm -rf _build
