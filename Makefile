# make book       set up, execute the chapters that are stale, build _build/html
# make test       set up, unit tests, lint, every chapter re-executed offline in the smoke profile, and run elsewhere
# make lint       ruff on code and executed notebooks, mypy, the workflows' form and safety, the book's own checks
# make format     the code, and the cells of the chapters' sources, as ruff formats them
# make builders   the pages built by Sphinx alone: they must be those that Jupyter Book's command builds
# make pdf        the pages, and the book as one PDF beside them; needs Chromium
# make browser    the pages and the PDF checked in Chromium: links, layout, accessibility, keyboard, search, weight
# make elsewhere  every chapter in the smoke profile with another seed and data set, its objectives on any device
# make reproduce  every chapter from scratch at full budget, compared with what is committed
# make lab        JupyterLab on the chapters
# make replicate  the chapters with other seeds, or on DATASET=fashion_mnist, up to COUNT=3 of each; CHAPTERS="02 03", MINUTES=60
# make spotcheck  one replica of one chapter again, drawn by the commit, compared with what is kept of it
# make steady     the book executed with one and with two threads: which measurements move, against the margins of their rules
# make claims     the ledger of all claims as _build/claims.json, from the committed notebooks
# make site       what is published: the pages and the ledger, after lint
# make colab-check  the notebooks in a bare environment, installing aelib as Colab does
# make mutants    aelib broken in every way of tests/mutants: its tests must notice (SAMPLE=8: only 8 of them)
# make wheel      aelib's wheel: what is in it, and the README's quick start with it in an empty environment
# make bench      the training loop against a DataLoader loop, pythae and this machine's matmul peak
# make lock       the locks, from pyproject.toml's ranges: pins that fit are kept (UPGRADE=1: the newest that fit)
# make ci         everything that a change must pass; where AELIB_DATA is set, the full reproduction too
#
# With other versions than the locked ones, each in an environment of its own:
# make unit LOCK=                        the newest
# make unit LOCK=constraints-lowest.txt  the oldest that pyproject.toml allows

PYTHON ?= python3
LOCK ?= constraints.txt constraints-tools.txt
VENV ?= $(if $(filter constraints.txt,$(LOCK)),.venv,_build/venv-$(or $(basename $(LOCK)),newest))
PY := $(VENV)/bin/python
INSTALL := -m pip install --quiet --disable-pip-version-check
PIP := $(PY) $(INSTALL) --no-compile $(addprefix --constraint ,$(LOCK))
CODE := aelib book tests chapters/aelib_checks
ONE_THREAD := OMP_NUM_THREADS=1
# Without bytecode kept, every process spends ten seconds on its imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: book pages builders pdf browser test unit lint format nbval elsewhere reproduce replicate spotcheck steady lab claims site mutants \
  bench colab-check wheel lock ci setup clean

book: setup
	$(PY) -m book book

pages: setup
	$(PY) -m book pages

builders: pages
	$(PY) -m book pages --by sphinx

pdf: pages
	$(PIP) --editable '.[browser]'
	$(PY) -m book pdf

browser: pdf
	$(PY) -m pytest tests/browser -n 2 --dist loadfile

test: unit lint nbval elsewhere

unit: setup
	$(ONE_THREAD) $(PY) -m pytest tests -n 2 -p no:nbval

lint: setup
	$(PY) -m ruff check $(CODE) chapters/*.ipynb
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m mypy
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(VENV)/bin/zizmor --offline --quiet .github
	$(PY) -m book lint

format: setup
	$(PY) -m ruff format $(CODE)
	$(PY) -m ruff check --fix $(CODE)
	$(PY) -m book format

nbval: setup
	$(PY) -m book nbval --profile $(or $(PROFILE),smoke)

elsewhere: setup
	$(ONE_THREAD) $(PY) -m pytest tests/chapters -n 2

reproduce: setup
	$(PY) -m book reproduce

replicate: setup
	$(PY) -m book replicate $(CHAPTERS) --count $(or $(COUNT),3) --dataset $(or $(DATASET),mnist) $(if $(MINUTES),--minutes $(MINUTES)) \
	  $(if $(SCHEDULER),--scheduler $(SCHEDULER))

spotcheck: setup
	$(PY) -m book spotcheck $(CHAPTERS) --lot "$$(git rev-parse HEAD)"

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

site: lint pages claims

mutants: setup
	$(PY) tests/mutants/run.py --sample $(or $(SAMPLE),0)

bench: setup
	$(PIP) --editable '.[bench]'
	$(PY) -m book.bench

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[book,dev,dask]'
	touch $@

# The committed notebooks in an environment with only torch, matplotlib and ipykernel: the first
# cell must install aelib, from an archive made here, and leave torch as it is.
BARE := _build/bare
ARCHIVE := _build/aelib.tar.gz
colab-check: setup
	rm -rf $(BARE) && $(PYTHON) -m venv $(BARE)
	$(BARE)/bin/python $(INSTALL) --constraint constraints.txt torch matplotlib ipykernel
	tar -czf $(ARCHIVE) --exclude=__pycache__ pyproject.toml README.md LICENSE aelib chapters/aelib_checks
	cd $(BARE) && env -u PYTHONPATH AELIB_SOURCE="$(CURDIR)/$(ARCHIVE)" PIP_CONSTRAINT=../../constraints.txt \
	  bin/python "$(CURDIR)/tests/reader.py" --profile smoke "$(CURDIR)"/chapters/*.ipynb
	rm -rf $(BARE) $(ARCHIVE)

# The wheel is made from the source distribution, so that this is complete too.
WHEEL := _build/wheel
wheel: setup
	rm -rf $(WHEEL)
	$(PY) -m build --quiet --outdir $(WHEEL)
	$(PY) -m check_wheel_contents $(WHEEL)
	$(PY) -m zipfile --list $(WHEEL)/aelib-*.whl | grep licenses/LICENSE
	$(PYTHON) -m venv $(WHEEL)/empty
	$(WHEEL)/empty/bin/python $(INSTALL) --constraint constraints.txt $(WHEEL)/aelib-*.whl
	$(PY) tests/wheel/quickstart.py > $(WHEEL)/quickstart.py
	cd $(WHEEL) && env -u PYTHONPATH TQDM_DISABLE=1 empty/bin/python quickstart.py
	rm -rf $(WHEEL)/empty

# One lock for what the chapters run with, which is part of every notebook's fingerprint; one for the tools, without the
# lines of the first; and one of the oldest versions, for a job of the workflows. All hold for every platform.
UV := $(VENV)/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate --no-emit-index-url \
  --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) pyproject.toml --output-file
lock: $(UV)
	$(COMPILE) constraints.txt --extra book --extra lab
	$(COMPILE) constraints-tools.txt --all-extras --constraint constraints.txt
	awk 'NR == FNR { first[$$0]; next } /^#/ || !($$0 in first)' constraints.txt constraints-tools.txt > $(VENV)/tools
	mv $(VENV)/tools constraints-tools.txt
	$(COMPILE) constraints-lowest.txt --extra book --extra dev --resolution lowest-direct

# Not by `setup`, which can install nothing that the locks do not allow yet.
$(UV):
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) $(INSTALL) --constraint constraints-tools.txt uv

# What "passes" means, here and in the workflows.
ci: test
	@if test -n "$$AELIB_DATA"; then $(MAKE) reproduce && $(MAKE) nbval PROFILE=full && $(MAKE) spotcheck; \
	else echo "no data set here (AELIB_DATA is not set): the full reproduction is left out"; fi
	$(MAKE) browser claims mutants SAMPLE=8
	$(MAKE) colab-check wheel

clean:
	rm -rf _build
