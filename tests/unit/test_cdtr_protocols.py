"""Box protocols are refused where they contradict themselves, or see what is scored."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.small_bird_project import (
    copy_bird_project,
    load,
    run_of,
    sentence,
    write_claim,
)

RUN = "runs.cdtr"
PROTOCOLS = f"{RUN}.protocols"
HONEST = f"{PROTOCOLS}.honest"
KNOWN = "expected one of box, crop, gt_known, several, split, threshold, threshold_source"
KEPT = {
    "datasets.birds.held_out": {"split": "train", "images": 4, "seed": 0},
    f"{RUN}.train_split": "train_kept",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, and tiny_birds.yaml as the experiment `tiny`."""
    monkeypatch.chdir(tmp_path)
    return copy_bird_project(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "strict.threshold_source",
            "publishd",
            "'publishd' beside a threshold, expected 'published'; say where it comes from, or",
        ),
        (
            "strict.threshold_source",
            "cubv2",
            "'cubv2' beside a threshold, expected one of fixed, published; say where it comes from",
        ),
        (
            "honest.threshold_source",
            "published",
            "'published' without a threshold, expected one of cubv2, held_out, rest, test, train, ",
        ),
        ("honest.threshold_source", "fixed", "'fixed' without a threshold, expected one of cubv2,"),
        ("honest.threshold_source", "cubv3", "'cubv3' without a threshold, expected 'cubv2'; add"),
        ("strict.split", "tst", "'tst', which the data set has not, expected 'test'; correct the"),
        ("strict.split", "train", "'train', which is trained on, expected a split that training"),
        ("strict.box", "contour", "'contour', expected one of program, wsolevaluation"),
        ("strict.crop", "none", "'none', expected one of program, exact"),
        ("strict.gt_known", "given", "'given', expected one of predicted, labelled"),
        ("strict.several", "all", "'all', expected one of last, best"),
        ("strict.threshold", 1, "1, expected less than 1"),
        ("strict.threshold", 0.3000000001, "0.3000000001, expected 0.3, or a threshold that is at"),
        ("strict.threshold", 0.29999999, "0.29999999, expected 0.3, or a threshold that is at le"),
        ("strict.threshold", -0.1, "-0.1, expected at least 0"),
        ("strict.threshold", "0.2", "'0.2', expected a number"),
    ],
)
def test_a_value_is_refused(project: Path, key: str, value: Any, said: str) -> None:
    found = sentence(project, {f"{PROTOCOLS}.{key}": value})
    assert found.startswith(f"{PROTOCOLS}.{key}: found {said}")


def test_thresholds_of_two_protocols_can_be_told_apart(project: Path) -> None:
    both = {f"{PROTOCOLS}.released.threshold": 0.195, f"{PROTOCOLS}.strict.threshold": 0.195}
    assert load(project, both)["protocols"]["strict"]["threshold"] == 0.195
    assert sentence(project, {f"{PROTOCOLS}.strict.threshold": 0.1950000004}) == (
        f"{PROTOCOLS}.strict.threshold: found 0.1950000004, expected 0.195, or a threshold that is"
        " at least 0.000001 away from it; round it."
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("map", "lam", f"found the unknown key 'map', {KNOWN}"),
        ("scales", [1.0], f"found the unknown key 'scales', {KNOWN}"),
        ("flip", True, f"found the unknown key 'flip', {KNOWN}"),
        ("resize", "square", f"found the unknown key 'resize', {KNOWN}"),
        ("crf", True, "found the unknown key 'crf', expected 'crop'"),
        ("crop", None, "found no such key, expected the key 'crop'; add it."),
        ("threshold_source", None, "found no such key, expected the key 'threshold_source'; add"),
    ],
)
def test_keys_are_those_of_boxes(project: Path, key: str, value: Any, said: str) -> None:
    found = sentence(project, {f"{PROTOCOLS}.strict.{key}": value})
    assert found.startswith(f"{PROTOCOLS}.strict: {said}")


NOT_JUDGED = f"{PROTOCOLS}: found no protocol with a threshold that is no oracle's on"


def test_a_run_is_judged_where_a_protocol_scores_it(project: Path) -> None:
    said = f"{NOT_JUDGED} 'cubv2', expected at least one, since the run is judged on it; add one"
    assert sentence(project, {f"{RUN}.evaluation.split": "cubv2"}).startswith(said)


def test_an_oracle_judges_nothing(project: Path) -> None:
    oracle = run_of("tiny_birds")["protocols"]["oracle"]
    found = sentence(project, {PROTOCOLS: {"oracle": oracle}})
    assert found.startswith(f"{NOT_JUDGED} 'test'")


def test_a_threshold_is_not_chosen_on_images_that_are_scored(project: Path) -> None:
    """All of train holds the held-out images; of the same split it is an oracle."""
    apart = {f"{HONEST}.split": "held_out", f"{HONEST}.threshold_source": "cubv2"}
    assert load(project, KEPT | apart)["protocols"]["honest"]["split"] == "held_out"
    assert sentence(project, {f"{HONEST}.threshold_source": "train"}) == (
        f"{HONEST}.threshold_source: found 'train', which shares images with 'held_out', which is"
        " the split that is scored, expected a split that no number is reported on; choose the"
        " threshold on another split."
    )
    oracle = load(project, {f"{HONEST}.threshold_source": "held_out"})
    assert oracle["protocols"]["honest"]["threshold_source"] == "held_out"


FITTED = "is trained on, expected a split that training has not seen, or held_out; choose the"


@pytest.mark.parametrize(
    ("trained", "source", "said"),
    [
        ("cubv2", "cubv2", "'cubv2', which is trained on,"),
        ("train", "train", "'train', which is trained on,"),
        ("train", "rest", "'rest', which shares images with 'train', which is trained on,"),
        ("train", "train_kept", "'train_kept', which shares images with 'train', which is trained"),
        ("train_kept", "train", "'train', which shares images with 'train_kept', which is trained"),
        ("train_kept", "rest", "'rest', which shares images with 'train_kept', which is trained"),
    ],
)
def test_a_threshold_is_not_chosen_on_images_that_are_trained_on(
    project: Path, trained: str, source: str, said: str
) -> None:
    changes = {f"{RUN}.train_split": trained, f"{HONEST}.threshold_source": source}
    found = sentence(project, KEPT | changes)
    assert found.startswith(f"{HONEST}.threshold_source: found {said}")
    assert found.endswith(f"{FITTED} threshold on another split.")


@pytest.mark.parametrize(
    ("trained", "source"),
    [
        ("train", "cubv2"),
        ("train", "held_out"),  # which the page says
        ("train_kept", "held_out"),
        ("train_kept", "cubv2"),
        ("cubv2", "train"),
    ],
)
def test_a_threshold_for_test_may_be_chosen_on_other_images(
    project: Path, trained: str, source: str
) -> None:
    changes = {f"{RUN}.train_split": trained, f"{HONEST}.threshold_source": source}
    run = load(project, KEPT | changes)
    assert run["protocols"]["honest"] == {
        **run_of("tiny_birds")["protocols"]["honest"],
        "threshold_source": source,
    }


def test_images_that_share_a_training_are_not_scored(project: Path) -> None:
    found = sentence(project, KEPT | {f"{HONEST}.split": "rest"})
    said = "'rest', which shares images with 'train_kept', which is trained on, expected a split"
    assert found.startswith(f"{HONEST}.split: found {said}")


def test_every_split_of_cub_has_labels(project: Path) -> None:
    """`test` is no evaluation server's, as VOC's is."""
    protocols = run_of("tiny_birds")["protocols"]
    other = {**protocols["strict"], "split": "cubv2"}
    found = load(project, {PROTOCOLS: {**protocols, "other": other}})["protocols"]
    assert [found[name]["split"] for name in ("strict", "other")] == ["test", "cubv2"]


@pytest.mark.parametrize("block", ["quantity", "minus"])
def test_no_claim_reads_an_oracle(project: Path, block: str) -> None:
    strict = {"run": "cdtr", "split": "test", "protocol": "strict", "metric": "gt_known"}
    write_claim(project, {"quantity": strict, block: {**strict, "protocol": "honest"}})
    load(project, {})
    write_claim(project, {"quantity": strict, block: {**strict, "protocol": "oracle"}})
    found = sentence(project, {})
    assert found.startswith("claims: found the claim 'one' about gt_known of cdtr, oracle, on test")
    assert "whose threshold is the best one on the images that are scored" in found
