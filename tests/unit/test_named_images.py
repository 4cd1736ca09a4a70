"""The images that the page is to show are looked for before a run is trained."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from methods.data.named_images import require_named
from methods.errors import InputError
from methods.yaml_files import read_yaml
from tests.unit import small_cdtr_run, small_run
from tests.unit.small_job import data_job
from workflow_scripts.resolve_run import main

SENTENCE = r"^gallery of run \w+: found {}, expected ids of {}; correct the experiment\.$"


def test_every_named_image_must_be_known() -> None:
    require_named("cdtr", ["a", "c"], "test", {"a", "b", "c"})
    with pytest.raises(InputError, match=SENTENCE.format("d", "test")):
        require_named("cdtr", ["a", "d", "e"], "test", {"a", "b", "c"})


def resolve(folder: Path, method: str, gallery: Mapping[str, Any]) -> Path:
    """Let the rule's job resolve a small run of a method; the path of its result."""
    small = small_run if method == "more" else small_cdtr_run
    resolved = folder / "resolved.yaml"
    job = data_job(
        folder,
        "resolve_run",
        input={"index": small.write_images(folder)},
        output={"resolved": resolved},
        params={"run": {**small.small_run(), "method": method}, "classes": list(small.CLASSES)},
        wildcards={"run": method, "seed": "0"},
    )
    main(replace(job, device="cpu", gallery=gallery))
    return resolved


@pytest.mark.parametrize(
    ("method", "gallery"),
    [
        ("more", {"split": "val", "ids": ["2012_000004", "2012_000005"]}),
        ("cdtr", {"split": "test", "ids": ["00014"]}),
        ("cdtr", {}),  # as of a rehearsal
    ],
)
def test_a_run_whose_images_are_there_is_resolved(
    tmp_path: Path, method: str, gallery: Mapping[str, Any]
) -> None:
    assert read_yaml(resolve(tmp_path, method, gallery))["derived"]["device"] == "cpu"


@pytest.mark.parametrize(
    ("method", "split", "ids"),
    [
        ("more", "val", ["2012_000005", "2012_000001"]),  # the second one is trained on
        ("cdtr", "test", ["00015"]),
    ],
)
def test_a_run_whose_images_are_not_there_is_not_trained(
    tmp_path: Path, method: str, split: str, ids: list[str]
) -> None:
    with pytest.raises(InputError, match=SENTENCE.format(ids[-1], split)):
        resolve(tmp_path, method, {"split": split, "ids": ids})
    assert not (tmp_path / "resolved.yaml").exists()
