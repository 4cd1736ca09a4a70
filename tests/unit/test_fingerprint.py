"""A fingerprint changes with what code does, and with nothing else."""

from pathlib import Path

import pytest

from methods.fingerprint import code_fingerprint

SCRIPT = '''"""A script."""

from package.near import helper


def main():
    """Do it."""
    return helper(2)
'''

NEAR = """from . import deep


def helper(x):
    from .deep import far

    return far.f(x)
"""


def write_project(folder: Path, **changes: str) -> Path:
    """A script that imports package.near, which imports package.deep.far inside a function."""
    files = {
        "script": SCRIPT,
        "package/__init__": "",
        "package/near": NEAR,
        "package/deep/__init__": "LIMIT = 1\n",
        "package/deep/far": "import math\n\ndef f(x):\n    return math.sqrt(x)\n",
        "package/stranger": "A = 1\n",
    }
    for name, content in {**files, **changes}.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def fingerprint(tmp_path: Path) -> str:
    return code_fingerprint(write_project(tmp_path / "original"), ["script"])


@pytest.mark.parametrize(
    "changes",
    [
        {"script": SCRIPT.replace("A script", "The script").replace("Do it", "Do that")},
        {"script": SCRIPT.replace("return helper(2)", "return helper(\n        2,\n    )  # two")},
        {"script": "# a comment\n" + SCRIPT},
        {"package/stranger": "A = 2\n"},
        {"package/near": NEAR.replace("    ", "  ")},
    ],
)
def test_same_behaviour_same_fingerprint(
    tmp_path: Path, fingerprint: str, changes: dict[str, str]
) -> None:
    changed = write_project(tmp_path / "changed", **changes)
    assert code_fingerprint(changed, ["script"]) == fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"script": SCRIPT.replace("helper(2)", "helper(3)")},
        {"package/near": "def helper(x):\n    from .deep import far\n    return -far.f(x)\n"},
        {"package/deep/far": "import math\n\ndef f(x):\n    return math.cbrt(x)\n"},
        {"package/deep/__init__": "LIMIT = 2\n"},
        {"package/__init__": "A = 1\n"},
    ],
)
def test_other_behaviour_other_fingerprint(
    tmp_path: Path, fingerprint: str, changes: dict[str, str]
) -> None:
    changed = write_project(tmp_path / "changed", **changes)
    assert code_fingerprint(changed, ["script"]) != fingerprint


def test_listed_module_counts(tmp_path: Path) -> None:
    first = write_project(tmp_path / "first")
    second = write_project(tmp_path / "second", **{"package/stranger": "A = 2\n"})
    modules = ["script", "package.stranger"]
    assert code_fingerprint(first, modules) != code_fingerprint(second, modules)


def test_ignored_module_and_what_only_it_imports_do_not_count(tmp_path: Path) -> None:
    first = write_project(tmp_path / "first")
    second = write_project(tmp_path / "second", **{"package/near": "import package.stranger\n"})
    prints = {
        code_fingerprint(folder, ["script"], ignored=["package.near"]) for folder in (first, second)
    }
    assert len(prints) == 1


def test_file_counts_by_content_not_by_place(tmp_path: Path) -> None:
    prints = []
    for folder, content in (("first", "a"), ("second", "a"), ("third", "b")):
        project = write_project(tmp_path / folder)
        page = project / "page.html"
        page.write_text(content, encoding="utf-8")
        prints.append(code_fingerprint(project, ["script"], [page]))
    assert prints[0] == prints[1] != prints[2]


def test_unknown_module_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="package.nowhere"):
        code_fingerprint(write_project(tmp_path / "project"), ["package.nowhere"])
