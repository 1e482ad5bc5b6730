"""Which small changes can be made to a source file? Its mutants: each changes one expression.

A mutant reverses or shifts a comparison, exchanges ``and`` and ``or``, drops a ``not``, negates a
condition, adds one to a number, inverts a truth value, or drops a ``raise`` or a call whose result
is not used. Not changed: annotations, decorators, Protocols, constants of modules and classes,
formatted text, logging and failpoints, because they hold no rules.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_OPPOSITES: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_WITHOUT_RULES = ("log", "_log", "logger", "failpoint", "print")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed version of a source file.

    line: of the change, from 1. change: what was changed, for people. source: the whole file.
    """

    line: int
    change: str
    source: str


def mutants_of(source: str) -> Iterator[Mutant]:
    """Yield all mutants of a source file that compile, always in the same order."""
    tree, text = ast.parse(source), _Text(source)
    unchanged = _nodes_without_rules(tree)
    for node in ast.walk(tree):
        if id(node) in unchanged:
            continue
        for old, new, change in _replacements(node, text):
            mutated = text.replace(old, new)
            if _compiles(mutated):
                yield Mutant(node.lineno, change, mutated)  # type: ignore[attr-defined]


Replacement = tuple[ast.AST, str, str]
"""The node to replace, its new source, and a description of the change."""


def _replacements(node: ast.AST, text: "_Text") -> Iterator[Replacement]:
    shown = text.of(node)[:_SHOWN]
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            if type(operator) in _OPPOSITES:
                new = f"({text.of(left)} {_OPPOSITES[type(operator)]} {text.of(right)})"
                yield node, new, f"{shown!r} becomes {new[:_SHOWN]!r}"
        case ast.BoolOp(op=operator, values=values):
            word = " or " if isinstance(operator, ast.And) else " and "
            new = "(" + word.join(f"({text.of(value)})" for value in values) + ")"
            yield node, new, f"and/or exchanged: {shown!r}"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"bool({text.of(operand)})", f"not dropped: {shown!r}"
        case ast.If(test=test) | ast.While(test=test):
            condition = text.of(test)
            yield test, f"(not ({condition}))", f"condition negated: {condition[:_SHOWN]!r}"
        case ast.Constant(value=bool() as value):
            yield node, str(not value), f"{value} becomes {not value}"
        case ast.Constant(value=int() | float()):
            yield node, f"({shown} + 1)", f"{shown} becomes {shown} + 1"
        case ast.Raise():
            yield node, "pass", f"dropped: {shown!r}"
        case ast.Expr(value=ast.Call() | ast.Await()) if not _is_without_rules(text.of(node)):
            yield node, "pass", f"dropped: {shown!r}"


def _is_without_rules(call: str) -> bool:
    called = call.removeprefix("await ").split("(")[0].split(".")[0]
    return called in _WITHOUT_RULES or called.startswith("_log")


def _nodes_without_rules(tree: ast.AST) -> set[int]:
    roots: list[ast.AST | None] = []
    for node in ast.walk(tree):
        roots += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        roots += getattr(node, "decorator_list", [])
        if isinstance(node, ast.JoinedStr):
            roots.append(node)
        if isinstance(node, ast.Module | ast.ClassDef):
            roots += [each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)]
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.dump(b) for b in node.bases):
            roots.append(node)
    return {id(part) for root in roots if root is not None for part in ast.walk(root)}


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


class _Text:
    """A source file in which syntax nodes can be read and replaced by their position."""

    def __init__(self, source: str) -> None:
        self._raw = source.encode()
        self._line_starts = [0]
        for line in source.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line.encode()))

    def of(self, node: ast.AST) -> str:
        """Return the source of a node, empty for a node without a position."""
        start, end = self._span(node)
        return self._raw[start:end].decode()

    def replace(self, node: ast.AST, new: str) -> str:
        """Return the whole source with the node replaced."""
        start, end = self._span(node)
        return (self._raw[:start] + new.encode() + self._raw[end:]).decode()

    def _span(self, node: ast.AST) -> tuple[int, int]:
        if not isinstance(node, ast.expr | ast.stmt):
            return 0, 0
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._line_starts[node.lineno - 1] + node.col_offset
        return start, self._line_starts[node.end_lineno - 1] + node.end_col_offset
