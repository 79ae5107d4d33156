"""The pages as Sphinx alone builds them, with the settings that Jupyter Book writes for it; the page of the package."""

from __future__ import annotations

import ast
from pathlib import Path

from book.read.layout import ROOT
from book.show import pages

from . import documents


def test_sphinx_alone_makes_the_same_pages(site: Path) -> None:
    pages.build("sphinx")
    assert pages.differences(site, pages.OTHER) == []


def test_what_two_sites_do_not_share_is_named(tmp_path: Path) -> None:
    for name, link in (("one", '<p class="aelib-pdf">a link</p>'), ("two", "")):
        (tmp_path / name / "back").mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(f"<p>words</p><!-- pdf -->{link}", "utf-8")
        (tmp_path / name / "back" / "same.html").write_text("same", "utf-8")
        (tmp_path / name / "other.html").write_text(name, "utf-8")
    (tmp_path / "one" / "book.pdf").touch()
    (tmp_path / "two" / "back" / "more.html").touch()
    assert pages.differences(tmp_path / "one", tmp_path / "two") == ["back/more.html", "other.html"]
    (tmp_path / "two" / "index.html").write_text("<p>other words</p>", "utf-8")
    assert "index.html" in pages.differences(tmp_path / "one", tmp_path / "two")


def test_every_public_function_and_class_of_the_package_is_on_its_page(site: Path) -> None:
    there, missing = documents.anchors(site / "back" / "api.html"), []
    for path in (ROOT / "aelib").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        public = [
            f"{name}.{node.name}"
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        ]
        missing += [] if path.stem in ("_check", "_torchvision") else [name for name in public if name not in there]
    assert missing == []
