"""Where a run differs from the record of the authors' settings."""

from typing import Any

import pytest

from methods.configuration.experiments import merge, read_experiment
from methods.reporting.settings_tables import (
    deviations_table,
    formulations_table,
    without_published_settings,
)
from methods.yaml_files import read_yaml
from tests.report.results import REPOSITORY

RECORD: dict[str, Any] = read_yaml(REPOSITORY / "claims/reference/more_settings.yaml")
DATASET = ("datasets", "voc2012")
BACKBONE = ("weights", "vit_base_patch16_224.orig_in21k_ft_in1k")
OF_NO_RESULT = {"method", "task", "evaluation", "gallery", "submission"}


def deviations(experiment: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """(authors, here) by setting of the run `more`."""
    rows = deviations_table(experiment, RECORD).rows
    return {str(key): (theirs, ours) for run, key, theirs, ours in rows if run == "more"}


def changed(*path: str, **values: Any) -> dict[str, Any]:
    """The experiment `paper` with other values in one block."""
    block: dict[str, Any] = values
    for key in reversed(path):
        block = {key: block}
    experiment: dict[str, Any] = merge(read_experiment(REPOSITORY, "paper"), block)
    return experiment


@pytest.mark.parametrize("name", ["paper", "paper_val"])
def test_the_paper_experiment_differs_in_nothing_that_makes_a_published_number(name: str) -> None:
    experiment = read_experiment(REPOSITORY, name)
    found = deviations(experiment)
    assert {authors for authors, _ in found.values()} == {"absent"}
    assert set(found) == {  # protocols of ours, each beside the authors'
        *("protocols.aspect", "protocols.aspect_crf", "protocols.aux_cam"),
        *("protocols.cam_decoder", "protocols.cam_decoder_crf"),
        *("protocols.lam_decoder", "protocols.lam_decoder_crf"),
    }
    assert formulations_table(experiment, RECORD).rows == ()
    assert set(experiment["runs"]["more"]) - set(RECORD["voc"]) <= OF_NO_RESULT


def test_coco_differs_in_what_its_file_lists() -> None:
    experiment = read_experiment(REPOSITORY, "coco")
    assert deviations(experiment) == {
        "training.batch_size": ("2", "8"),
        "training.checkpoint_every": ("4000", "10000"),
        "protocols.raw": ("absent", "decoder, scale 1; on val"),
    }
    switches = [
        (switch, here) for _, _, switch, here in formulations_table(experiment, RECORD).rows
    ]
    assert switches == [("cre_range", "fixed")]


@pytest.mark.parametrize(
    ("path", "values", "setting", "pair"),
    [
        (("runs", "more", "training"), {"batch_size": 8}, "training.batch_size", ("4", "8")),
        (
            ("runs", "more", "training", "losses"),
            {"seg_start": -1},
            "training.losses.seg_start",
            ("2000", "-1"),
        ),
        (("runs", "more", "crf"), {"iterations": 5}, "crf.iterations", ("10", "5")),
        (("runs", "more", "inference"), {"tf32": True}, "inference.tf32", ("absent", "true")),
        (("runs", "more"), {"train_split": "train"}, "train_split", ("train_aug", "train")),
        (("runs", "more"), {"checkpoint": {"rule": "best"}}, "checkpoint.rule", ("last", "best")),
        ((*DATASET, "splits"), {"val": 1000}, "dataset.splits.val", ("1449", "1000")),
        ((*DATASET, "held_out"), {"images": 146}, "dataset.held_out.images", ("absent", "146")),
        (DATASET, {"classes": ["cat", "dog"]}, "dataset.classes", ("20", "2")),
        (
            BACKBONE,
            {"sha256_prefix": "00000000"},
            "weights.sha256_prefix",
            ("80ecf9dd", "00000000"),
        ),
        ((*BACKBONE, "network"), {"depth": 6}, "weights.network.depth", ("12", "6")),
    ],
)
def test_a_changed_setting_is_a_deviation(
    path: tuple[str, ...], values: dict[str, Any], setting: str, pair: tuple[str, str]
) -> None:
    added = deviations(changed(*path, **values)).items() - deviations(changed()).items()
    assert added == {(setting, pair)}


def test_a_changed_protocol_is_a_deviation_and_one_left_out_is_none() -> None:
    protocols = read_experiment(REPOSITORY, "paper")["runs"]["more"]["protocols"]
    few = {"raw": protocols["raw"], "crf": {**protocols["crf"], "scales": [1.0]}}
    few["cam"] = {**protocols["cam"], "background": 0.4}
    assert deviations(changed("runs", "more", protocols=few)) == {
        "protocols.crf": (
            "decoder, scales 1, 1.25, 1.5, flip, CRF; on val",
            "decoder, scale 1, flip, CRF; on val",
        ),
        "protocols.cam": (
            "CAM, scale 1, flip, labels given; on train, background 0.5 (published)",
            "CAM, scale 1, flip, labels given; on train, background 0.4 (published)",
        ),
    }


def test_a_setting_that_is_left_out_is_a_deviation() -> None:
    experiment = read_experiment(REPOSITORY, "paper")
    del experiment["runs"]["more"]["training"]["pseudo_labels"]["par"]["iterations"]
    assert deviations(experiment)["training.pseudo_labels.par.iterations"] == ("10", "absent")


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (BACKBONE, {"sha256_prefix": "80ecf9dd" + 56 * "0"}),  # more digits of the same file
        (("runs", "more", "training", "augmentation"), {"scale": [0.32, 1]}),
        (("runs", "more"), {"gallery": ["2007_000033"], "submission": None}),
    ],
)
def test_the_same_in_other_words_is_no_deviation(
    path: tuple[str, ...], values: dict[str, Any]
) -> None:
    assert deviations(changed(*path, **values)) == deviations(changed())


def test_a_method_or_a_format_without_a_record_is_compared_with_nothing() -> None:
    other = changed("runs", "more", method="other")
    foreign = changed(*DATASET, format="cityscapes")
    for experiment in (other, foreign):
        assert deviations(experiment) == {}
        assert without_published_settings(experiment, RECORD) == ["more"]
    assert without_published_settings(changed(), RECORD) == []
