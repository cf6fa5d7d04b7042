"""The project's own code and templates, parsed once for the house rules."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = (
    "admin", "api", "bench", "commands", "demo", "engine", "forms", "portal", "web", "wording", "worklists",
)  # fmt: skip


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module by its path from the root, Alembic's revisions left out."""
    files = [ROOT / "app.py", *(file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")))]
    kept = (file for file in files if "versions" not in file.parts and "node_modules" not in file.parts)
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8")) for file in kept}


@cache
def templates() -> dict[str, str]:
    """The text of every template by its path from the root."""
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("templates/**/*.html"))]
    return {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the dotted name of what is called (``session.execute``); calls on results have none before."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def places(found: Iterator[tuple[str, ast.AST]] | list[tuple[str, ast.AST]]) -> list[str]:
    """Where the nodes stand, as ``path:line``."""
    return [f"{path}:{getattr(node, 'lineno', 0)}" for path, node in found]
