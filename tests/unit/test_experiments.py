"""Experiments that build on others, and runs on other runs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.configuration.experiments import merge, read_experiment
from methods.errors import InputError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the real schemas and mini experiment."""
    schemas = [path.relative_to(PROJECT) for path in PROJECT.glob("methods/*/schema.yaml")]
    for file in (Path("config.schema.yaml"), Path("experiments/mini.yaml"), *schemas):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((PROJECT / file).read_bytes())
    return tmp_path


def write(project: Path, name: str, content: Any) -> None:
    (project / f"experiments/{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def test_extension_changes_what_it_states_and_keeps_the_rest(project: Path) -> None:
    changes = {"training": {"losses": {"cre": 0}}}
    write(project, "short", {"extends": "mini", "seeds": [7], "runs": {"more": changes}})
    base, short = read_experiment(project, "mini"), read_experiment(project, "short")
    assert short["seeds"] == [7]
    assert short["runs"]["more"]["training"]["losses"]["cre"] == 0
    base["seeds"], base["runs"]["more"]["training"]["losses"]["cre"] = [7], 0
    assert short == base


def test_run_takes_over_another(project: Path) -> None:
    runs = {
        "no_gcr": {"like": "more", "formulation": {"gcr": "without"}},
        "no_gcr_no_ure": {"like": "no_gcr", "training": {"losses": {"ure": 0}}},
    }
    write(project, "some", {"extends": "mini", "runs": runs})
    found = read_experiment(project, "some")["runs"]
    assert list(found) == ["more", "cdtr", "no_gcr", "no_gcr_no_ure"]
    assert found["more"]["formulation"]["gcr"] == "program"
    assert found["no_gcr_no_ure"]["formulation"]["gcr"] == "without"
    assert found["no_gcr_no_ure"]["training"]["losses"]["ure"] == 0
    assert found["no_gcr"]["training"] == found["more"]["training"]


def test_null_takes_a_key_away(project: Path) -> None:
    base = {"more": {"submission": {"split": "test", "protocol": "crf"}}}
    write(project, "with", {"extends": "mini", "runs": base})
    write(project, "without", {"extends": "with", "runs": {"more": {"submission": None}}})
    assert "submission" in read_experiment(project, "with")["runs"]["more"]
    assert "submission" not in read_experiment(project, "without")["runs"]["more"]


def test_protocols_and_checkpoint_are_replaced_as_a_whole() -> None:
    base = {"protocols": {"a": 1, "b": 2}, "checkpoint": {"rule": "iteration", "iteration": 5}}
    changes = {"protocols": {"c": 3}, "checkpoint": {"rule": "last"}}
    assert merge(base, changes) == changes


def test_every_switch_is_spelt_out(project: Path) -> None:
    for stated, lam, gate in (
        ("program", "program", "program"),
        ("paper", "paper", "paper"),
        ({"lam": "paper"}, "paper", "program"),
    ):
        write(project, "x", {"extends": "mini", "runs": {"more": {"formulation": stated}}})
        found = read_experiment(project, "x")["runs"]["more"]["formulation"]
        assert (found["lam"], found["gcr_gate"]) == (lam, gate)
        assert len(found) == 15


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"extends": "min"}, "x.yaml, extends: found 'min', which has no file in experiments/"),
        ({"extends": "x"}, "found a circle, x -> x"),
        ({"extends": "../experiments/mini"}, "expected the name of an experiment"),
        ([], "found [], expected a block of keys"),
        (None, "found None, expected a block of keys"),
        ({"extends": "mini", "runs": {"a": {"like": ["more"]}}}, "runs.a.like: found ['more']"),
        ({"extends": "mini", "seeds": [1.0]}, "found 1.0, expected a whole number"),
        ({"extends": ["mini"]}, "found ['mini'], expected the name of an experiment"),
        (
            {"extends": "mini", "runs": {"a": {"like": "mre"}}},
            "runs.a.like: found 'mre', expected a run, 'more'",
        ),
        ({"extends": "mini", "runs": {"a": {"like": "a"}}}, "found a circle, a -> a"),
        (
            {"extends": "mini", "runs": {"a": {"like": "b"}, "b": {"like": "a"}}},
            "found a circle, a -> b -> a",
        ),
        (
            {"extends": "mini", "runs": {"more": {"formulation": {"lma": "paper"}}}},
            "formulation: found the unknown key 'lma', expected 'lam'",
        ),
        (
            {"extends": "mini", "runs": {"more": {"formulation": "papr"}}},
            "formulation: found 'papr', expected one of program, paper",
        ),
    ],
)
def test_what_leads_nowhere_is_one_sentence(project: Path, content: Any, said: str) -> None:
    write(project, "x", content)
    with pytest.raises(InputError) as caught:
        read_experiment(project, "x")
    assert said in str(caught.value)
