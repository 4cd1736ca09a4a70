"""The methods text says what the configuration says, and nothing else."""

import copy
import importlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.more.methods_text import training_text
from methods.reporting.methods_text import methods_texts
from methods.settings import build
from methods.training.schedule import learning_rate
from methods.training.settings import ScheduleSettings
from methods.wording import number
from methods.yaml_files import read_yaml
from tests.report.both_results import BothResults
from tests.report.conftest import render_results
from tests.report.localization_results import LocalizationResults
from tests.report.outline import Outline
from tests.report.results import HELD_OUT, Results

NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# What shapes no result, or is told by what follows from it.
UNTOLD = {
    "more": {
        *("training.batch_size", "training.loader_workers", "training.checkpoint_every"),
        *("training.log_every", "training.pseudo_labels.background"),
        # by the marks
        *(f"training.losses.{key}" for key in ("ptc_start", "region_start")),
        *(f"training.losses.{key}" for key in ("seg_start", "mask_switch")),
    },
    "cdtr": {
        *("training.loader_workers", "training.checkpoint_every", "training.log_every"),
        "training.sampler.round_to",
    },
}
At = tuple[str | int, ...]


def leaves(value: Any, at: At = ()) -> Iterator[tuple[At, Any]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from leaves(inner, (*at, key))
    else:
        yield at, value


def changed(document: dict[str, Any], at: At) -> dict[str, Any]:
    """The document with another value at a leaf."""
    other = copy.deepcopy(document)
    block: Any = other
    for key in at[:-1]:
        block = block[key]
    value = block[at[-1]]
    block[at[-1]] = not value if isinstance(value, bool) else value + 1
    return other


@pytest.mark.parametrize("method", ["more", "cdtr"])
def test_every_number_of_network_and_training_is_told(both: BothResults, method: str) -> None:
    text = importlib.import_module(f"methods.{method}.methods_text").training_text
    resolved = read_yaml(both.root / method / "seed0/resolved.yaml")
    told = text(resolved)
    silent = set()
    for at, value in leaves({key: resolved[key] for key in ("network", "training")}):
        if isinstance(value, int | float) and text(changed(resolved, at)) == told:
            silent.add(".".join(key for key in at if isinstance(key, str)))
    assert silent == UNTOLD[method]


def test_every_number_of_a_text_is_in_a_configuration(both: BothResults, both_page: Path) -> None:
    for name, run in both.experiment["runs"].items():
        files = sorted((both.root / name).glob("seed*/resolved.yaml"))
        dataset = both.experiment["datasets"][run["dataset"]]
        held = [run, dataset, name, *map(read_yaml, files)]
        known = {str(len(dataset["classes"]))}
        for at, value in leaves(held):
            known.update(
                found for key in at if isinstance(key, str) for found in NUMBER.findall(key)
            )
            if isinstance(value, str):
                known.update(NUMBER.findall(value))
            elif not isinstance(value, bool) and value is not None:
                known.add(number(abs(value)))
        text = (both_page.parent / f"report/methods.{name}.txt").read_text("utf-8")
        assert set(NUMBER.findall(text)) <= known
        assert len(files) == (2 if name in ("more", "cdtr", "matched") else 0)


def test_page_and_file_hold_the_same_paragraphs(both: BothResults, both_page: Path) -> None:
    words = {" ".join(word.split()) for word in Outline(both_page.read_text("utf-8")).words}
    texts = methods_texts(both.sources())
    assert [text.run for text in texts] == list(both.experiment["runs"])
    for text in texts:
        file = both_page.parent / "report" / text.file
        assert file.read_text("utf-8") == "\n\n".join(text.paragraphs) + "\n"
        assert set(text.paragraphs) <= words
        assert 2 <= len(text.paragraphs) <= 4


def test_the_text_follows_the_resolved_configuration(tmp_path: Path) -> None:
    results = Results(tmp_path)
    path = results.folder() / "resolved.yaml"
    resolved = read_yaml(path)
    resolved["training"]["optimizer"]["lr"] = 0.0123
    resolved["formulation"]["gcr"] = "without"
    resolved["derived"]["training_images"] = 777
    path.write_text(yaml.safe_dump(resolved))
    page = render_results(results)
    text = (page.parent / "report/methods.more.txt").read_text("utf-8")
    assert "a base learning rate of 0.0123," in text
    assert "There is no graph block (GCR)." in text
    assert (
        "Where its formulas are not those of the released program: no GCR: class tokens as the"
        " encoder gives them, instead of GCR (program)." in text
    )
    assert "on the 777 images of train_aug" in text


def test_several_processes_are_told(both: BothResults) -> None:
    texts = []
    for run in ("more", "cdtr"):
        resolved = read_yaml(both.root / f"{run}/seed0/resolved.yaml")
        text = importlib.import_module(f"methods.{run}.methods_text").training_text
        assert " ".join(text(resolved)) == " ".join(text({**resolved, "gpus": 1}))
        texts.append(" ".join(text({**resolved, "gpus": 2})))
    more, cdtr = texts
    assert "Each of 2 processes computed the losses of its share; gradients were averaged." in more
    assert "processes, emulated by 2 real ones." in cdtr


def test_the_text_follows_protocol_crf_and_rule(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=(0, 4, 7), runs={"more": HELD_OUT})
    sources = results.sources()
    block = sources.settings["runs"]["more"]
    block["crf"]["bilateral"]["sxy"] = 59
    (text,) = methods_texts(sources)
    assert "trained with the seeds 0, 4 and 7. " in text.paragraphs[0]
    assert "best on held_out is evaluated." in text.paragraphs[0]
    assert "bilateral sxy 59, srgb 3, compat 4." in text.paragraphs[-1]
    block["protocols"]["crf"]["crf"] = False
    (text,) = methods_texts(sources)
    assert "CRF" not in text.paragraphs[-1]


def test_the_text_follows_the_box_rule(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    results.experiment["runs"]["cdtr"]["protocols"]["released"]["box"] = "wsolevaluation"
    results.experiment["runs"]["cdtr"]["protocols"]["released"]["threshold"] = 0.35
    (text,) = methods_texts(results.sources())
    assert "at 0.35 (published) of its largest value" in text.paragraphs[-1]
    assert "the largest region, ends included (wsolevaluation)." in text.paragraphs[-1]
    assert "carried into the crop as the released program does, up to" in text.paragraphs[-1]
    results.experiment["runs"]["cdtr"]["protocols"]["released"]["crop"] = "exact"
    (text,) = methods_texts(results.sources())
    assert (
        "carried into the crop exactly; of several true boxes the last one counts."
        in (text.paragraphs[-1])
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"kind": "poly", "warmup_iterations": 30, "warmup_start": 1e-6, "power": 0.8},
            (
                "over 30 steps, from 1e-06 of it; then it is the base rate times the share of the"
                " steps still to come, counted from the first one, to the power 0.8, to no less"
                " than 0.5. So it drops where the warm-up ends, and never is the base rate."
            ),
        ),
        (
            {"kind": "cosine", "warmup_iterations": 30, "warmup_start": 1e-6},
            (
                "over 30 steps, from 1e-06; then it falls from the base rate along half a cosine,"
                " to no less than 0.5. The encoder"
            ),
        ),
        ({"kind": "poly", "warmup_iterations": 0}, "There is no warm-up: the rate is the base"),
    ],
)
def test_the_schedule_is_told_as_it_runs(
    both: BothResults, changes: dict[str, Any], told: str
) -> None:
    resolved = read_yaml(both.root / "more/seed0/resolved.yaml")
    resolved["training"]["schedule"] |= {"floor": 0.5, **changes}
    assert told in training_text(resolved)[1]
    schedule = build(ScheduleSettings, resolved["training"]["schedule"])
    rates = [learning_rate(step, 100, 1.0, replace(schedule, floor=0.0)) for step in range(100)]
    assert (max(rates) < 1.0) == ("never is the base rate" in told)
