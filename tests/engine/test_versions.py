"""A page names the code of its own version: in its links, and in the cell that installs aelib."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import aelib
from book.read import layout, source
from book.read.layout import BookError, Repository
from book.show import pages

CHAPTER = layout.Chapter("02_pca")
BOOK = "https://github.com/someone/demo"
PIP = """import os, pathlib, shutil, sys
here = pathlib.Path(__file__).parent.parent
(here / "asked").write_text("\\n".join(sys.argv[1:]))
shutil.copytree(sys.argv[3], here, dirs_exist_ok=True)
"""


def released(root: Path, version: str) -> None:
    """Write ``version`` into the package of the book at ``root``."""
    path = root / "aelib" / "__init__.py"
    path.write_text(path.read_text("utf-8").replace(aelib.__version__, version), "utf-8")


@pytest.mark.parametrize(
    ("version", "ref", "archive"),
    [
        ("0.2.0", "v0.2.0", "refs/tags/v0.2.0.zip"),
        ("1.10.3", "v1.10.3", "refs/tags/v1.10.3.zip"),
        ("0.2.0.dev0", "main", "refs/heads/main.zip"),
    ],
)
def test_a_release_is_named_by_its_tag_and_what_comes_between_by_the_branch(
    version: str, ref: str, archive: str
) -> None:
    book = Repository(BOOK, "main", "https://example.org/demo", version)
    assert book.colab(CHAPTER).endswith(f"/github/someone/demo/blob/{ref}/chapters/02_pca.ipynb")
    assert book.archive == f"{BOOK}/archive/{archive}"


def test_the_version_is_that_of_the_books_own_package(demo: Path) -> None:
    assert layout.version() == aelib.__version__
    released(demo, "0.2.0")
    assert layout.version(demo) == "0.2.0" and aelib.__version__ != "0.2.0"


@pytest.mark.parametrize("version", ["", "second", "0.2.0-"])
def test_a_version_that_is_none_is_refused(demo: Path, version: str) -> None:
    released(demo, version)
    with pytest.raises(BookError, match="^__init__.py cannot be read: "):
        layout.version(demo)


def test_the_pages_of_a_release_link_to_its_tag(demo: Path, tmp_path: Path) -> None:
    released(demo, "0.2.0")
    pages.gather(tmp_path / "pages", demo)
    config = yaml.safe_load((tmp_path / "pages" / "_config.yml").read_text("utf-8"))
    assert config["repository"] == {"url": BOOK, "branch": "v0.2.0"}
    assert config["title"] == layout.config(demo)["title"]
    assert "/blob/v0.2.0/chapters/01_demo.ipynb" in (tmp_path / "pages" / "chapters" / "01_demo.ipynb").read_text()


def install_cell(root: Path = layout.ROOT) -> str:
    notebook = source.read(layout.chapters(root)[0])
    return next(cell.source for cell in notebook.cells if "install" in source.tags(cell))


def test_the_install_cell_names_the_version_and_its_archive(demo: Path) -> None:
    released(demo, "0.2.0")
    cell = install_cell(demo)
    assert 'if installed != "0.2.0":' in cell and f'"{BOOK}/archive/refs/tags/v0.2.0.zip"' in cell
    assert max(map(len, install_cell().splitlines())) <= 92


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages with pip and torch that only pretend, and beside it one with this version of aelib."""
    packages = {
        "site/pip/__init__.py": "",
        "site/pip/__main__.py": PIP,
        "site/torch.py": "__version__ = '9.9+cpu'",
        "source/aelib/__init__.py": f"__version__ = {aelib.__version__!r}",
        "source/aelib/losses.py": "new = True",
        "source/aelib_checks/__init__.py": "new = True",
    }
    for name, text in packages.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / "site"


def run_cell(site: Path, before: str = "", after: str = "") -> None:
    """Run the install cell where ``site`` is all there is, between two pieces of code in the same session."""
    code = "\n".join(("import sys", before, install_cell(), after))
    environment = {**os.environ, "PYTHONPATH": str(site), "AELIB_SOURCE": str(site.parent / "source")}
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=site.parent, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("there", [None, "", "__version__ = '0.1.0'"], ids=["nothing", "no version", "an old one"])
def test_the_install_cell_brings_this_version_into_the_same_session(site: Path, there: str | None) -> None:
    before = ""
    if there is not None:
        for name in ("aelib", "aelib_checks"):
            (site / name).mkdir()
            (site / name / "__init__.py").write_text(there, "utf-8")
        before = "import aelib, aelib_checks"
    new = f"from aelib import losses; import aelib, aelib_checks; assert aelib.__version__ == {aelib.__version__!r}"
    run_cell(site, before, f"{new} and losses.new and aelib_checks.new")
    asked = (site / "asked").read_text("utf-8").splitlines()
    assert asked == ["install", "-q", str(site.parent / "source"), "torch==9.9+cpu"]


def test_the_install_cell_does_nothing_where_this_version_is_there(site: Path) -> None:
    (site.parent / "source" / "aelib").rename(site / "aelib")
    run_cell(site, after="assert 'torch' not in sys.modules and 'subprocess' not in sys.modules")
    assert not (site / "asked").exists()
