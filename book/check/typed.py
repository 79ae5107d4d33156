"""Numbers that were typed where a reader takes them for measured: in the code of a chapter and in its register.

In code these are texts (captions, descriptions, labels, tables) and the numbers that are handed to ``glue``, ``table``,
``print`` and ``claims.check``. In a register these are statements and what was measured; a number may stand there that
a lecture or a paper has (see quoted.toml), or that the entry names as ``given``: it was set, not measured.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from nbformat import NotebookNode

from aelib.notebook.quoted import all_quoted
from book.check import register
from book.check.prose import typed
from book.read.layout import Chapter
from book.read.source import code_cells

NO_NUMBER = re.compile(r"%?[+<>^]?\d*,?\.\d[efg%]|#[0-9a-fA-F]{3,8}")  # a format such as ".2f", or a color
# What a typed number can be wrapped in and stays one.
WRAPPERS = {"abs", "array", "as_tensor", "float", "float64", "int", "item", "math", "max", "mean", "min", "np", "numpy"}
WRAPPERS |= {"round", "sqrt", "sum", "tensor", "torch"}
TEXTS = ("statement", "reading", "fails_if")  # a slip, and the words themselves, are the lecture's
KEPT = ("glue", "print", "table", "check")


def in_code(notebook: NotebookNode, name: str) -> list[str]:
    """The numbers that were typed into the code of the source ``name``."""
    cells = [ast.parse(cell.source) for cell in code_cells(notebook)]
    constants = _constants(cells)
    problems = []
    for number, tree in enumerate(cells, 2):
        where = f"{name}, code cell {number}"
        for text in _texts(tree):
            problems += typed(text, where)
        for node in ast.walk(tree):
            problems += [f"{where}: {told}" for told in _kept(node, constants)]
    return list(dict.fromkeys(problems))


def in_register(chapter: Chapter) -> list[str]:
    """The numbers that were typed into the texts of the chapter's register."""
    problems = []
    quoted = [entry.text for entry in all_quoted().values()]
    for id, entry in register.entries(chapter).items():
        known = sorted([*entry["given"], *quoted], key=len, reverse=True)
        allowed = re.compile("|".join(rf"(?<![\d.]){re.escape(text)}(?!\d|\.\d)" for text in known))
        texts = [entry[part] for part in TEXTS if entry[part]] + [m["what"] for m in entry["measured"].values()]
        for text in texts:
            problems += typed(allowed.sub(" ", text), f"{chapter.register.name}: {id}")
    return list(dict.fromkeys(problems))


def _texts(tree: ast.AST) -> Iterator[str]:
    """The texts in a cell that may be shown: all but formats, colors, docstrings and the names of exercises."""
    skipped = {id(part) for node in ast.walk(tree) for part in _unseen(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in skipped else None
        if isinstance(text, str) and not NO_NUMBER.fullmatch(text):
            yield text


def _unseen(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FormattedValue) and node.format_spec:
        yield from ast.walk(node.format_spec)
    if isinstance(node, ast.Call) and _name(node) == "grade":
        yield from node.args[:1]
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
        yield node.body[0].value  # type: ignore[attr-defined]  # a docstring is an expression


def _kept(node: ast.AST, constants: set[str]) -> Iterator[str]:
    if isinstance(node, ast.FormattedValue) and _constant(node.value, set()):
        yield f"the number {ast.unparse(node.value)} is typed into a text"
    if isinstance(node, ast.Call) and _name(node) in KEPT:
        known = constants if _name(node) == "check" else set()
        for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
            for part in _parts(value):
                if _constant(part, known):
                    yield f"{_name(node)} is given {ast.unparse(part)}, which was typed, not measured"


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    """A value, or the values in a dictionary, list or tuple that is written out."""
    if isinstance(value, ast.Dict):
        for part in value.values:
            yield from _parts(part)
    elif isinstance(value, ast.List | ast.Tuple):
        for part in value.elts:
            yield from _parts(part)
    else:
        yield value


def _constant(value: ast.expr, known: set[str]) -> bool:
    """Whether an expression is a number that was typed, however it is wrapped."""
    nodes = [node for node in ast.walk(value) if not isinstance(node, ast.expr_context | ast.operator | ast.unaryop)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    kinds = {type(node.value) for node in nodes if isinstance(node, ast.Constant)}
    plain = names <= known | WRAPPERS and called <= WRAPPERS and kinds <= {int, float}
    return plain and bool(kinds or names & known)


def _constants(cells: list[ast.Module]) -> set[str]:
    """The names that are only ever bound to numbers that were typed, also by way of other such names."""
    nodes = [node for tree in cells for node in ast.walk(tree)]
    bound = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    bound.update(node.arg for node in nodes if isinstance(node, ast.arg))
    assigned = [node for node in nodes if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value]
    known: set[str] = set()
    while True:
        found: Counter[str] = Counter()
        for node in assigned:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if node.value and _constant(node.value, known):
                found.update(target.id for target in targets if isinstance(target, ast.Name))
        new = {name for name, count in found.items() if count == bound[name]}
        if new <= known:
            return known
        known |= new


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
