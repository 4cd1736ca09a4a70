"""Fingerprints of code: they change with what code does, not with how it is written down.

Snakemake does not look into the modules that a script imports, and it takes an edited comment for
a change. So each rule carries, as a parameter, a hash of the syntax trees of its script and of all
project modules that the script imports, directly or not.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")  # of statements, in an ast
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def code_fingerprint(
    project: Path,
    modules: Iterable[str],
    files: Iterable[Path] = (),
    ignored: Iterable[str] = (),
) -> str:
    """Hash what some modules do, and everything in the project that they import.

    Imports are found without running the code, also those inside functions. A module that is
    found by name at run time has to be listed.

    Args:
        project: the folder that the modules' names are relative to.
        modules: dotted names, such as workflow_scripts.train_model.
        files: other files the result depends on, such as templates; their bytes count.
        ignored: modules that cannot change a result; what only they import does not count either.

    Returns:
        16 hexadecimal digits. They depend on Python's minor version, whose syntax trees differ.

    Raises:
        FileNotFoundError: one of the modules is not in the project.
    """
    digest = hashlib.sha256()
    for name in sorted(_closure(project, modules, frozenset(ignored))):
        digest.update(f"{name} {_tree_digest(_require(project, name))}\n".encode())
    for file in sorted(files):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(project)} {content}\n".encode())
    return digest.hexdigest()[:16]


def _closure(project: Path, modules: Iterable[str], ignored: frozenset[str]) -> set[str]:
    found: set[str] = set()
    waiting = [name for module in modules for name in _with_packages(module)]
    while waiting:
        name = waiting.pop()
        if name not in found | ignored:
            found.add(name)
            waiting.extend(_imported(project, name))
    return found


@cache
def _imported(project: Path, name: str) -> frozenset[str]:
    """The project modules that one module imports, with the packages they lie in."""
    path = _require(project, name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return frozenset(
        part
        for candidate in _candidates(_tree(path), package)
        if _module_file(project, candidate)
        for part in _with_packages(candidate)
    )


def _candidates(tree: ast.Module, package: str) -> Iterator[str]:
    """Every dotted name that an import of the tree may load as a module."""
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _with_packages(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _module_file(project: Path, name: str) -> Path | None:
    stem = project.joinpath(*name.split("."))
    for path in (stem / "__init__.py", stem.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def _require(project: Path, name: str) -> Path:
    path = _module_file(project, name)
    if path is None:
        raise FileNotFoundError(f"no module {name} in {project}")
    return path


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The node and every statement in it, not the expressions, which are ten times as many."""
    yield node
    for block in _BLOCKS:
        for statement in getattr(node, block, ()):
            yield from _statements(statement)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), str(path))


@cache
def _tree_digest(path: Path) -> str:
    tree = _tree(path)
    for node in _statements(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()
