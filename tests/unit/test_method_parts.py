"""A method is a folder with everything that the rules and the page call by name."""

import shutil
from pathlib import Path

import pytest

from methods.configuration.experiments import has_switches
from methods.configuration.run_checks import reference_problems
from tests.unit.small_plan import PROJECT, small_experiment


@pytest.mark.parametrize("lacking", ["rehearsal", "methods_text", "validation", None])
def test_a_method_that_lacks_a_part_is_not_there(tmp_path: Path, lacking: str | None) -> None:
    third = tmp_path / "methods/third"
    shutil.copytree(PROJECT / "methods/more", third)
    (third / "formulation.py").unlink()  # needed only where there are switches
    if lacking is not None:
        (third / f"{lacking}.py").unlink()
    experiment = small_experiment()
    run = {**experiment["runs"]["more"], "method": "third"}
    found = {problem.key for problem in reference_problems(run, experiment, tmp_path, "mine")}
    assert ("mine.method" in found) == (lacking is not None)


def test_switches_are_found_by_their_module() -> None:
    assert has_switches("more")
    assert not has_switches("weights")
