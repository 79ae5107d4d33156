"""The engine's commands: ``python -m book COMMAND``; the Makefile calls them."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

from book import fresh, hero, ledger, lint, pages, pdf, reproduce, steady
from book.execute import AT_ONCE, CHAPTER_SECONDS, THREADS
from book.layout import ROOT, BookError, select


def _refresh(arguments: argparse.Namespace) -> None:
    fresh.refresh(select(arguments.chapters), arguments.force)
    hero.update()


def _book(arguments: argparse.Namespace) -> None:
    _refresh(arguments)
    print(f"the book: {pages.build()}")


def _pages(_: argparse.Namespace) -> None:
    print(f"the book: {pages.build()}")


def _pdf(_: argparse.Namespace) -> None:
    print(f"the book on paper: {pdf.build()}")


def _lint(_: argparse.Namespace) -> None:
    problems = lint.lint()
    if problems:
        raise BookError("\n".join(problems))
    print("lint: prose, figures, notebooks, table of contents and dependencies are in order")


def _claims(_: argparse.Namespace) -> None:
    print(f"{len(ledger.ledger())} claims: {ledger.write()}")


def _reproduce(arguments: argparse.Namespace) -> None:
    reproduce.reproduce(select(arguments.chapters), arguments.out, arguments.threads)


def _steady(arguments: argparse.Namespace) -> None:
    steady.steady(arguments.runs, ROOT / steady.RECORD if arguments.record else None)


def _nbval(arguments: argparse.Namespace) -> None:
    """Re-execute the committed notebooks under nbval, as ``pytest`` does it, in one profile."""
    files = [str(chapter.twin) for chapter in select(arguments.chapters)]
    threads = {"OMP_NUM_THREADS": str(THREADS), "AELIB_PROFILE": arguments.profile, "TQDM_DISABLE": "1"}
    options = ["--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg")]
    options += [f"--nbval-cell-timeout={CHAPTER_SECONDS[arguments.profile]}", "-n", str(AT_ONCE), "--dist", "loadfile", "-q"]
    options += ["-o", "faulthandler_timeout=0", "-p", "no:cacheprovider"]  # a cell has its own time
    command = [sys.executable, "-m", "pytest", *options, *files]
    if subprocess.run(command, env={**os.environ, **threads}, cwd=ROOT).returncode:
        raise BookError(f"nbval: a committed notebook does not re-execute in the {arguments.profile} profile")


def _refusal(error: OSError) -> str:
    """What the system refused, where, and what to do; files are written whole or not at all."""
    what = f"{error.strerror}: {error.filename}" if error.filename else str(error)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{what}; this command writes there, so run it in a copy of the book that you may change"
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return f"{what}; finished chapters are kept, the same command goes on with the others"
    return what


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m book", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, action, about in (
        ("execute", _refresh, "execute the stale chapters and carry edited prose into the others"),
        ("book", _book, "execute, then build _build/html"),
        ("pages", _pages, "build _build/html from the committed notebooks"),
        ("pdf", _pdf, "print _build/html as one PDF"),
        ("lint", _lint, "check prose, figures, notebooks, contents and dependencies"),
        ("claims", _claims, "write _build/claims.json from the committed notebooks"),
        ("reproduce", _reproduce, "execute everything at full budget and compare"),
        ("steady", _steady, "compare the claims of several runs, each a folder of executed notebooks"),
        ("nbval", _nbval, "re-execute the committed notebooks under nbval"),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(action=action)
        if action is _steady:
            command.add_argument("runs", nargs="+", type=Path, help='folders such as "chapters" and "_build/reproduced"')
            about = f"also write {steady.RECORD}, for the page on how to reproduce"
            command.add_argument("--record", action="store_true", help=about)
            continue
        command.add_argument("chapters", nargs="*", help='chapters such as "02" or "02_pca"; all of them for none')
        if action in (_refresh, _book):
            command.add_argument("--force", action="store_true", help="also execute chapters that are not stale")
        if action is _reproduce:
            command.add_argument("--out", type=Path, default=reproduce.OUT, help="the folder for the fresh notebooks")
            command.add_argument("--threads", type=int, choices=range(1, 65), default=THREADS, metavar="N", help="a chapter's")
        if action is _nbval:
            command.add_argument("--profile", choices=list(CHAPTER_SECONDS), default="smoke")
    arguments = parser.parse_args()
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
