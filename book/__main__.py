"""The engine's commands: ``python -m book COMMAND``; the Makefile calls them."""

from __future__ import annotations

import argparse
import contextlib
import errno
import math
import signal
import sys
from pathlib import Path

from book import build
from book.check import lint, steady, style
from book.read.layout import ROOT, STEADY, BookError, chapters, select
from book.run import replicate
from book.run.execute import CHAPTER_SECONDS, nbval
from book.run.process import THREADS
from book.run.workers import workers
from book.show import hero, ledger, pages, pdf


def _execute(arguments: argparse.Namespace) -> None:
    build.refresh(select(arguments.chapters), arguments.force)
    hero.update()


def _book(arguments: argparse.Namespace) -> None:
    _execute(arguments)
    _pages(arguments)


def _pages(arguments: argparse.Namespace) -> None:
    print(f"the book: {pages.build(arguments.by)}")
    if arguments.by == "sphinx" and (found := pages.differences()):
        raise BookError("not the same in _build/html, which Jupyter Book built:\n  " + "\n  ".join(found))


def _pdf(_: argparse.Namespace) -> None:
    print(f"the book on paper: {pdf.build()}")


def _lint(_: argparse.Namespace) -> None:
    problems = lint.lint()
    if problems:
        raise BookError("\n".join(problems))
    print("lint: prose, figures, notebooks, table of contents and dependencies are in order")


def _format(_: argparse.Namespace) -> None:
    style.reformat(chapters())


def _claims(_: argparse.Namespace) -> None:
    print(f"{len(ledger.ledger())} claims: {ledger.write()}")


def _reproduce(arguments: argparse.Namespace) -> None:
    build.reproduce(select(arguments.chapters), arguments.out, arguments.threads)


def _replicate(arguments: argparse.Namespace) -> None:
    where = workers(arguments.scheduler) if arguments.scheduler else contextlib.nullcontext()
    with where as executor:
        chosen, minutes = select(arguments.chapters), arguments.minutes
        replicate.replicate(chosen, arguments.dataset, arguments.count, executor, minutes)


def _spotcheck(arguments: argparse.Namespace) -> None:
    build.spotcheck(select(arguments.chapters), arguments.lot)


def _steady(arguments: argparse.Namespace) -> None:
    steady.steady(arguments.runs, ROOT / STEADY if arguments.record else None)


def _nbval(arguments: argparse.Namespace) -> None:
    nbval(select(arguments.chapters), arguments.profile)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m book", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, action, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about)
        command.set_defaults(action=action)
        return command

    execute = add("execute", _execute, "execute the stale chapters and carry edited prose into the others")
    book = add("book", _book, "execute, then build _build/html")
    built = add("pages", _pages, "build _build/html from the committed notebooks")
    built.add_argument("--by", choices=list(pages.BUILDERS), default="jupyter-book", help="compare what Sphinx makes")
    add("pdf", _pdf, "print _build/html as one PDF")
    add("lint", _lint, "check prose, figures, notebooks, contents and dependencies")
    add("format", _format, "give the code of the sources the format that lint asks for")
    add("claims", _claims, "write _build/claims.json from the committed notebooks")
    reproduce = add("reproduce", _reproduce, "execute everything at full budget and compare")
    again = add("replicate", _replicate, "execute with other seeds, or on other data, and keep what came out")
    again.add_argument("--count", type=int, default=3, metavar="N", help="so many replicas of each chapter")
    again.add_argument("--dataset", default="mnist", choices=replicate.DATASETS)
    again.add_argument("--minutes", type=float, default=math.inf, help="after which no replica is begun")
    again.add_argument("--scheduler", metavar="TCP", help='of Dask, such as "tcp://10.0.0.1:8786"; without it, here')
    drawn = add("spotcheck", _spotcheck, "make one kept replica again, and compare")
    drawn.add_argument("--lot", required=True, metavar="TEXT", help="which draws the replica, such as a commit")
    steady = add("steady", _steady, "compare the claims of several runs, each a folder of executed notebooks")
    nbval = add("nbval", _nbval, "re-execute the committed notebooks under nbval")
    for command in (execute, book, reproduce, again, drawn, nbval):
        command.add_argument("chapters", nargs="*", help='chapters such as "02" or "02_pca"; all of them for none')
    book.set_defaults(by="jupyter-book")
    for command in (execute, book):
        command.add_argument("--force", action="store_true", help="also execute chapters that are not stale")
    reproduce.add_argument("--out", type=Path, default=build.OUT, help="the folder for the fresh notebooks")
    reproduce.add_argument(
        "--threads", type=int, choices=range(1, 65), default=THREADS, metavar="N", help="a chapter's"
    )
    steady.add_argument("runs", nargs="+", type=Path, help='folders such as "chapters" and "_build/reproduced"')
    steady.add_argument("--record", action="store_true", help=f"also write {STEADY}, for the page on how to reproduce")
    nbval.add_argument("--profile", choices=list(CHAPTER_SECONDS), default="smoke")
    return parser


def _refusal(error: OSError) -> str:
    """What the system refused, where, and what to do; files are written whole or not at all."""
    what = f"{error.strerror}: {error.filename}" if error.filename else str(error)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{what}; this command writes there, so run it in a copy of the book that you may change"
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return f"{what}; finished chapters are kept, the same command goes on with the others"
    return what


def main() -> int:
    arguments = _parser().parse_args()
    try:
        arguments.action(arguments)
    except BookError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\n{_refusal(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: finished chapters are kept, the same command goes on with the others", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an interrupt as well: the chapters' processes end too
    sys.exit(main())
