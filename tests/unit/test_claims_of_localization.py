"""Claims about localization runs name what the experiment makes, and no oracle."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.claims import Quantity
from methods.configuration.claim_checks import claim_problems
from methods.configuration.problems import Problem
from tests.unit.small_plan import small_experiment, small_localization

RELEASED = {"run": "cdtr", "split": "test", "protocol": "released", "metric": "top1_loc"}
CRF = {"run": "more", "split": "val", "protocol": "crf", "metric": "miou"}
CENTRE = {"control": "centre_box", "dataset": "birds", "split": "test", "metric": "gt_known"}


def problems(folder: Path, quantity: dict[str, str], key: str = "quantity") -> list[Problem]:
    """What is wrong with an experiment whose one claim names a quantity."""
    entry: dict[str, Any] = {"id": "one", "statement": "It works.", "source": "Here."}
    entry |= {"quantity": RELEASED, "at_least": 5, key: quantity}
    document = {"registered": "before any run", "claims": [entry]}
    (folder / "claims.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    both = small_experiment()
    for block, entries in small_localization().items():
        both[block] |= entries
    both["runs"]["more"]["evaluation"] = {"split": "val"}
    return list(claim_problems({**both, "claims": ["claims.yaml"]}, folder))


def expected(folder: Path, quantity: dict[str, str], key: str = "quantity") -> str:
    (problem,) = problems(folder, quantity, key)
    assert problem.key == "claims"
    assert problem.found == f"the claim 'one' about {Quantity(**quantity)}"
    assert problem.remedy == "correct the claim in claims.yaml, or the experiment"
    return problem.expected


@pytest.mark.parametrize(
    "quantity",
    [
        RELEASED,
        {**RELEASED, "protocol": "honest", "metric": "box_acc.50"},
        {**RELEASED, "protocol": "every", "metric": "decomposition.both"},
        {**RELEASED, "metric": "per_class.owl.gt_known"},
        {**RELEASED, "metric": "protocol.threshold"},
        CENTRE,
        {**CENTRE, "control": "full_image"},
        {**CENTRE, "control": "colour"},
        {**CENTRE, "control": "perfect"},
    ],
)
def test_what_a_localization_run_makes_may_be_claimed(
    tmp_path: Path, quantity: dict[str, str]
) -> None:
    assert problems(tmp_path, quantity) == []


@pytest.mark.parametrize("key", ["quantity", "minus"])
def test_a_claim_reads_no_oracle(tmp_path: Path, key: str) -> None:
    assert expected(tmp_path, {**RELEASED, "protocol": "oracle"}, key) == (
        "another protocol, not a number whose threshold is the best one on the images that are"
        " scored"
    )


def test_a_threshold_of_other_images_is_no_oracle(tmp_path: Path) -> None:
    """The protocol's own words decide, not its name."""
    assert problems(tmp_path, {**RELEASED, "protocol": "honest"}) == []


def test_a_localization_run_has_no_validation(tmp_path: Path) -> None:
    validation = {"run": "cdtr", "split": "test", "validation": "cam"}
    assert expected(tmp_path, validation) == (
        "a number of one of its protocols, since its checkpoints are not validated"
    )


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ({**RELEASED, "split": "train"}, "the split 'test', which it is scored on"),
        ({**RELEASED, "protocol": "relased"}, "the protocol 'released'"),
        ({**RELEASED, "metric": "top1_lok"}, "the metric 'top1_loc'"),
        ({**RELEASED, "metric": "per_class.wol.gt_known"}, "the metric 'per_class.owl.gt_known'"),
        ({**RELEASED, "metric": "per_class.owl"}, "the metric 'per_class.owl."),
        ({**RELEASED, "metric": "miou"}, "the metric one of box_acc.30, box_acc.50"),
        ({**CENTRE, "metric": "gt_knwon"}, "the metric 'gt_known'"),
        ({**CRF, "metric": "mean_acuracy"}, "the metric 'mean_accuracy'"),
        ({**CRF, "metric": "per_class.cat.uio"}, "the metric 'per_class.cat.iou'"),
        ({**CRF, "split": "test", "metric": "mean_accuracy"}, "the metric one of miou"),
        ({**CENTRE, "control": "all_background"}, "the control one of centre_box, colour"),
        ({**CENTRE, "dataset": "few", "split": "val"}, "the control one of all_background, colour"),
        ({**CENTRE, "split": "train"}, "the split 'test', which it is scored on"),
        ({**CENTRE, "dataset": "bird"}, "the data set 'birds'"),
    ],
)
def test_what_is_not_made_is_refused(
    tmp_path: Path, quantity: dict[str, str], sentence: str
) -> None:
    assert expected(tmp_path, quantity).startswith(sentence)


def test_the_split_test_is_withheld_of_segmentation_alone(tmp_path: Path) -> None:
    """A run on VOC may be claimed about on test, though it makes no number there."""
    assert problems(tmp_path, {**CRF, "split": "test"}) == []
    assert problems(tmp_path, {**CRF, "split": "test", "metric": "per_class.cow.iou"}) == []
    assert expected(tmp_path, {**RELEASED, "split": "val"}).startswith("the split 'test'")
