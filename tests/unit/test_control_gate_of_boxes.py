"""True boxes that score what is known of them void nothing, even where the crop has lost one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.claims import AtLeast, Equals, Quantity
from methods.data.centre_crop import CentreCrop
from methods.data.files import read_json, write_json
from methods.data.image_index import read_index
from methods.errors import InputError
from methods.evaluation import truths
from methods.evaluation.box_controls import ControlData, score_control
from methods.evaluation.localization import metrics_document, write_metrics
from methods.reporting.control_gate import failed_controls
from methods.reporting.verdicts import judge_all
from tests.unit.small_birds import CLASSES, write_birds
from tests.unit.small_claim import RUNS, claim

PERFECT = Quantity(control="perfect", dataset="birds", split="test", metric="gt_known")
WHOLE = Quantity(control="full_image", dataset="birds", split="test", metric="top1_cls")
OUTSIDE = [[0.0, 0.0, 3.0, 30.0]]  # left of the crop's 28 pixels of 40


@pytest.fixture
def data(tmp_path: Path) -> ControlData:
    index, manifest = write_birds(tmp_path, masks=False)
    test, train = (read_index(index, split, CLASSES) for split in ("test", "train"))
    view = CentreCrop(resize=30, image_size=28)
    return ControlData(test, train, "train", manifest, tmp_path, view, len(CLASSES), 1)


def lose(data: ControlData, images: int) -> None:
    """Move the boxes of the first images out of the crop."""
    content = read_json(data.manifest)
    content["boxes"] |= {record.id: OUTSIDE for record in data.records[:images]}
    write_json(data.manifest, content)


def write(data: ControlData, control: str, *, missed: int = 0, stated: bool = True) -> Path:
    """Metrics of a control.

    Args:
        data: six images.
        control: its name.
        missed: so many of the last images are scored as if their box were another one.
        stated: whether its file says what is known.
    """
    outcomes, protocol, scores = score_control(control, data)
    iou = outcomes.iou.copy()
    iou[len(iou) - missed :] = 0.25
    outcomes = replace(outcomes, iou=iou)
    share = 100 * int(np.count_nonzero(iou[:, 0] >= 0.5)) / len(iou)
    document = metrics_document(
        split="test",
        name=control,
        protocol=protocol if stated else {"prediction": protocol["prediction"]},
        classes=CLASSES,
        outcomes=outcomes,
        expected=len(data.records),
        scores={**scores, "box_acc": {**scores["box_acc"], "50": share}},
    )
    path = data.root / f"controls/birds/test.{control}.json"
    write_metrics(path, path.with_suffix(".counts.npz"), document, outcomes)
    return path


def judged(data: ControlData, *files: Path) -> list[dict[str, Any]]:
    """Verdicts on a claim that the evaluation measured and on one about the true boxes."""
    claims = [
        claim(AtLeast(90.0), quantity=WHOLE),
        claim(Equals(100.0, 1e-9), quantity=PERFECT),
    ]
    return list(judge_all(claims, data.root, [0], RUNS, controls=files)["verdicts"])


@pytest.mark.parametrize(("lost", "of_perfect"), [(0, "holds"), (1, "fails")])
def test_boxes_that_the_crop_has_lost_void_no_claim(
    data: ControlData, lost: int, of_perfect: str
) -> None:
    lose(data, lost)
    files = write(data, "perfect"), write(data, "full_image")
    assert failed_controls(files) == {}
    measured, perfect = judged(data, *files)
    assert measured["status"] == "holds"
    assert (perfect["status"], perfect["value"]) == (of_perfect, 100 * (6 - lost) / 6)


@pytest.mark.parametrize(("lost", "found", "known"), [(0, 83.33, 100), (1, 66.67, 83.33)])
def test_true_boxes_that_score_less_than_is_known_void_every_claim(
    data: ControlData, lost: int, found: float, known: float
) -> None:
    lose(data, lost)
    files = write(data, "perfect", missed=1), write(data, "full_image")
    measured, perfect = judged(data, *files)
    assert (measured["status"], perfect["status"]) == ("void", "fails")
    assert measured["reason"] == (
        "Void: the evaluation of birds on test is wrong, since gt_known of its control perfect is"
        f" {found:.2f} instead of {known:.2f}."
    )


def test_a_box_that_is_lost_but_scored_as_found_voids_too(data: ControlData) -> None:
    """More than is known is as wrong as less."""
    found = write(data, "perfect")
    content = read_json(found)
    content["protocol"] |= {"known_gt_known": 500 / 6, "known_top1_loc": 500 / 6}
    write_json(found, content)
    assert list(failed_controls([found])) == [("birds", "test")]


@pytest.mark.parametrize("pixels", [8, 1000])
def test_a_crop_that_moves_the_true_boxes_voids_every_claim(
    data: ControlData, pixels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where it moves all of them out: what is known comes from the annotation."""
    exact = truths.boxes_in_crop
    monkeypatch.setattr(
        truths, "boxes_in_crop", lambda *given: (exact(*given) + pixels).clip(0, 28)
    )
    files = write(data, "perfect"), write(data, "full_image")
    measured, _ = judged(data, *files)
    assert measured["status"] == "void"
    assert measured["reason"].endswith("of its control perfect is 0.00 instead of 100.00.")


def test_true_boxes_of_which_nothing_is_known_are_scored_again(data: ControlData) -> None:
    with pytest.raises(InputError, match=r"test\.perfect\.json: found no field 'known_gt_known'"):
        failed_controls([write(data, "perfect", stated=False)])
