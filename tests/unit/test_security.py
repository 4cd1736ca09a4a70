"""Nothing that is read runs code, and no shell reads a name. Ruff's S rules tell the rest."""

import re
from pathlib import Path

import numpy as np
import pytest

from methods.data.predictions import read_arrays
from methods.errors import InputError
from methods.yaml_files import read_yaml
from tests.unit.small_project import PROJECT

CODE = [
    path
    for folder in ("methods", "workflow_scripts", "envs", "benchmarks")
    for path in (PROJECT / folder).rglob("*.py")
]


def test_no_rule_has_a_command() -> None:
    """Rules run scripts, which get names as values; the one without work has none."""
    files = [PROJECT / "Snakefile", *(PROJECT / "rules").glob("*.smk")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert text.count("    script:\n") > 20
    assert re.findall(r"^ +(?:shell|run|wrapper|notebook):.*\n.*", text, re.M) == [
        '        shell:\n            ":"'
    ]
    assert not re.findall(r"\bshell\(", text)


def test_neither_arrays_nor_weights_are_unpickled() -> None:
    assert len(CODE) > 200
    texts = [path.read_text(encoding="utf-8") for path in CODE]
    assert [text for text in texts if "allow_pickle" in text] == []
    loads = re.findall(r"torch\.load\(.*", "\n".join(texts))
    assert loads
    assert [load for load in loads if "weights_only=True" not in load] == []


class Payload:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_stored_predictions_run_no_code(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", maps=np.array([Payload(tmp_path / "ran")], dtype=object))
    with pytest.raises(InputError, match=r"a\.npz: found "):
        read_arrays(tmp_path / "a.npz", ["maps"])
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!!python/module:os"]
)
def test_yaml_builds_no_objects(tmp_path: Path, tag: str) -> None:
    (tmp_path / "a.yaml").write_text(f"a: {tag} [echo]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.yaml, line 1: found a mistake \(could not determine"):
        read_yaml(tmp_path / "a.yaml")
