"""The commands beside Snakemake: what they take for `--config`, and where they print."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from methods.commands import given_config
from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.recipes import make_again, make_report, snakemake

PROJECT = Path(__file__).parents[2]

# A command that prints more than a pipe holds, with a letter that ASCII lacks.
WORDY = """
from methods.commands import read_or_not, replace_unprintable
replace_unprintable()
with read_or_not():
    for _ in range(100_000):
        print("mean ± deviation")
    raise SystemExit("it was read to its end")
"""


@pytest.mark.parametrize(
    "text",
    ["[mini", "*a", "!!python/object:x", "{a", '"', "@x", "\t", "a: b: c", "!!int x", "\x01"],
)
def test_a_value_that_is_no_yaml_is_one_sentence(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    overrides = given_config([f"experiment={text}"])
    assert overrides == {"experiment": text}
    with pytest.raises(InputError, match=r"^config\.yaml and --config, experiment: found ") as said:
        load_configuration(PROJECT, overrides)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("text", ["&a [*a]", 3000 * "["])
def test_a_value_without_an_end_is_text(text: str) -> None:
    assert given_config([f"seeds={text}"]) == {"seeds": text}


def test_values_are_read_as_yaml() -> None:
    given = given_config(["experiment=mini", "seeds=[0, 1]", "strict=true", "rehearse=1000", "a="])
    expected = {"experiment": "mini", "seeds": [0, 1], "strict": True, "rehearse": 1000, "a": None}
    assert given == expected


def test_it_ends_with_who_reads_it_and_prints_what_can_be_shown() -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", WORDY]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "mean ? deviation\n"
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0  # make would say of another status that it is a failure


def test_recipes_are_those_of_a_shell_in_the_project() -> None:
    assert make_report("mine") == "make report EXPERIMENT=mine"
    recipe = snakemake("it's mine", "--forcerun", "results/a b.csv")
    experiment = "experiment=it's mine"
    words = [".venv/bin/snakemake", "--forcerun", "results/a b.csv", "--config", experiment]
    assert shlex.split(recipe) == words
    again = make_again("mine", "results/a b.csv")
    assert again == (
        "run `.venv/bin/snakemake 'results/a b.csv' --config experiment=mine`, then `make report"
        " EXPERIMENT=mine` again"
    )
