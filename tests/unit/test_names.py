"""Names and paths that a shell, a terminal or Snakemake could misread: they work or are refused."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from methods.configuration import schema
from methods.configuration.experiments import read_experiment
from methods.configuration.loading import load_configuration
from methods.configuration.schema import check_schema
from methods.errors import InputError
from tests.unit.small_project import PROJECT, copy_project

Experiment = dict[str, Any]

FINE = ("a", "A.b", "a-1_2", "a..b", "0", "a" * 50)
HOSTILE = (
    *("", " ", "a b", " a", "a ", "a\tb", "a\nb", "a\n", "a\rb", "a\0b", "a\x1b[31mb", "a\x7f"),
    *("a'b", 'a"b', "a`b`", "a;b", "a&b", "a|b", "$(a)", "${a}", "$HOME", "a>b", "<a>", "a\\b"),
    *("ä", "名", "a\u0301", "a\u202eb", "\u200fa", "a\u00a0b", "a\ufeff"),
    *("-a", "--config", ".", "..", ".a", "a/b", "../a", "/a", "~", "~a", "C:a"),
    *("{a}", "a{b", "a}", "{{a}}", "{wildcards.run}", "*", "a?", "[a]", "#a", "%a", "a%20b"),
    *("a+b", "a,b", "a=b", "a:b", "a@b", "!a", "a" * 300),
)


def rename(block: str) -> Callable[[Experiment, str], None]:
    """Give the first entry of a block another name."""

    def change(experiment: Experiment, name: str) -> None:
        entries = experiment[block]
        experiment[block] = {name: entries.pop(next(iter(entries))), **entries}

    return change


def rename_protocol(experiment: Experiment, name: str) -> None:
    rename("protocols")(experiment["runs"]["more"], name)


def rename_split(experiment: Experiment, name: str) -> None:
    experiment["datasets"]["shapes"]["splits"][name] = 9


def name_archive(experiment: Experiment, name: str) -> None:
    local = {"source": "local", "archives": [{"name": name, "md5": "0" * 32}]}
    shapes = {key: of for key, of in experiment["datasets"]["shapes"].items() if key != "generated"}
    experiment["datasets"]["shapes"] = shapes | local


def name_image(experiment: Experiment, name: str) -> None:
    experiment["runs"]["more"]["gallery"] = [name]


NAMED: Mapping[str, Callable[[Experiment, str], None]] = {
    "dataset": rename("datasets"),
    "weights": rename("weights"),
    "run": rename("runs"),
    "protocol": rename_protocol,
    "split": rename_split,
    "archive": name_archive,
    "image": name_image,
}


@pytest.fixture(scope="module")
def mini() -> Experiment:
    return read_experiment(PROJECT, "mini")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the schema once."""
    monkeypatch.setattr(schema, "_definitions", cache(schema._definitions))


def refusal(values: Any, definition: str = "experiment") -> str | None:
    try:
        check_schema(values, PROJECT / "config.schema.yaml", definition, "a.yaml")
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("kind", ["name", "split"])
def test_a_name_is_plain_or_refused_in_one_line(quick: None, kind: str) -> None:
    for name in (*FINE, *HOSTILE):
        said = refusal(name, kind)
        plain = name in FINE and not (kind == "split" and {*"-."} & {*name})
        assert (said is None) == plain, (name, said)
        assert said is None or said.isprintable(), name


@pytest.mark.parametrize("kind", NAMED)
def test_whatever_has_a_name_has_such_a_one(quick: None, kind: str, mini: Experiment) -> None:
    for name, plain in (("A_1", True), ("a b", False), ("{a}", False), ("-a", False)):
        experiment = deepcopy(mini)
        NAMED[kind](experiment, name)
        said = refusal(experiment)
        assert (said is None) == plain, (name, said)
        assert plain or str(said).startswith("a.yaml, ")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch, quick: None) -> Path:
    monkeypatch.chdir(project)
    return project


def test_name_of_the_experiment_is_plain_or_refused(inside: Path) -> None:
    for name in ("a b", "../mini", "{a}", "-a", "a\nb", "a" * 300):
        with pytest.raises(InputError, match=r"^config.yaml and --config, experiment: ") as raised:
            load_configuration(inside, {"experiment": name})
        assert str(raised.value).isprintable(), name


WORKING = (
    *("a b", " a ", "a'b", 'a"b', "a;b", "a&b", "a|b", "$(touch x)", "$HOME", "a`b`", "a\\b"),
    *("ä名", "a\u202eb", "-a", "--a", "..", "../a", "a*b", "a?b", "[a]", "#a", "%a", "a:b", "a=b"),
)
REFUSED = ("", "a\nb", "a\n", "a\tb", "a\0b", "a\x1b[31mb", "a\x7f", "{a}", "a{", "a}", "<a>", "a>")


def test_a_path_works_or_is_refused_in_one_line(quick: None) -> None:
    assert [path for path in WORKING if refusal(path, "path") is not None] == []
    for path in REFUSED:
        assert str(refusal(path, "path")).isprintable(), path
        assert refusal(path, "path") is not None, path


@pytest.mark.parametrize("root", ["results", "data", "weights"])
def test_storage_is_such_a_path(inside: Path, root: str) -> None:
    path = "-a b'\"$(touch x);ä\u202e"
    found = load_configuration(inside, {"storage": {root: path}})
    assert getattr(found, root) == Path(path, "mini" if root == "results" else "")
    for path in ("{a}", "<a>", "a\nb", "~nosuchuser", "ä" * 150):
        with pytest.raises(InputError, match=f"^config.yaml and --config, storage.{root}: f") as no:
            load_configuration(inside, {"storage": {root: path}})
        assert str(no.value).isprintable(), path


@pytest.mark.parametrize("path", ["../a.pt", "a b.pt", "$(a).pt"])
def test_a_checkpoint_may_lie_anywhere(path: str, mini: Experiment) -> None:
    experiment = deepcopy(mini)
    given = {"rule": "file", "path": path, "sha256": "0" * 64}
    experiment["runs"]["more"]["checkpoint"] = given
    assert refusal(experiment) is None
    given["path"] = f"{path}{{a}}"
    assert "checkpoint.path: found" in str(refusal(experiment))
