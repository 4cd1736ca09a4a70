"""Where a run differs from the record of the authors' settings."""

from typing import Any

import pytest

from methods.configuration.experiments import merge, read_experiment
from methods.reporting.published_settings import read_published
from methods.reporting.settings_tables import (
    deviations_table,
    formulations_table,
    without_published_settings,
)
from tests.report.results import RECORDS, REPOSITORY

RECORD: dict[str, Any] = read_published(RECORDS)
DATASET = ("datasets", "voc2012")
BACKBONE = ("weights", "vit_base_patch16_224.orig_in21k_ft_in1k")
OF_NO_RESULT = {"method", "task", "evaluation", "gallery", "submission"}


def deviations(experiment: dict[str, Any], name: str = "more") -> dict[str, tuple[object, object]]:
    """(authors, here) by setting of a run."""
    rows = deviations_table(experiment, RECORD).rows
    return {str(key): (theirs, ours) for run, key, theirs, ours, *_ in rows if run == name}


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
        "gpus": ("absent", "2"),
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


def test_what_the_network_of_the_weights_shares_with_the_run_is_listed_once() -> None:
    experiment = changed(*BACKBONE, network={"depth": 6, "image_size": 112, "heads": 3})
    experiment["runs"]["more"]["network"] |= {"depth": 6, "pretrained_size": 112}
    found = deviations(experiment).items() - deviations(changed()).items()
    assert {key for key, _ in found} == {
        *("network.depth", "network.pretrained_size"),
        "weights.network.heads",  # the run's has another number
    }
    assert "network of the weights is the run's" in deviations_table(experiment, RECORD).caption
    assert "network of the weights" not in deviations_table(changed(), RECORD).caption


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
            "CAM, scale 1, flip, labels given; on train, background 0.5",
            "CAM, scale 1, flip, labels given; on train, background 0.4",
        ),
    }


def test_a_setting_that_is_left_out_is_a_deviation() -> None:
    experiment = read_experiment(REPOSITORY, "paper")
    del experiment["runs"]["more"]["training"]["pseudo_labels"]["par"]["iterations"]
    assert deviations(experiment)["training.pseudo_labels.par.iterations"] == ("10", "absent")


def test_of_weights_that_are_trained_here_no_digest_is_stated() -> None:
    experiment = changed()
    made = read_experiment(REPOSITORY, "mini")["weights"]["mini-vit"]
    assert made["source"] == "pretrained"
    experiment["weights"][BACKBONE[1]] = made
    assert deviations(experiment)["weights.sha256_prefix"] == (
        "80ecf9dd",
        "none stated: the pipeline trains these weights itself",
    )


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


def test_localization_differs_in_what_makes_no_published_number() -> None:
    experiment = read_experiment(REPOSITORY, "cub")
    found = deviations(experiment, "cdtr")
    assert {authors for authors, _ in found.values()} == {"absent"}
    held_out = {f"dataset.held_out.{key}" for key in ("split", "images", "seed")}
    assert set(found) == {f"protocols.{name}" for name in ("strict", "honest", "oracle")} | held_out
    assert "threshold chosen on held_out" in str(found["protocols.honest"][1])
    assert formulations_table(experiment, RECORD).rows == ()


@pytest.mark.parametrize(
    ("values", "setting", "pair"),
    [
        ({"sha256_prefix": "00000000"}, "guide.sha256_prefix", ("40d3", "00000000")),
        ({"network": {"model": "RN50"}}, "guide.network.model", ("ViT-B-32-quickgelu", "RN50")),
    ],
)
def test_a_changed_guide_is_a_deviation(
    values: dict[str, Any], setting: str, pair: tuple[str, str]
) -> None:
    experiment = changed("weights", "clip_vit_base_patch32.openai", **values)
    added = dict(deviations(experiment, "cdtr").items() - deviations(changed(), "cdtr").items())
    ((authors, here),) = added.values()
    assert list(added) == [setting]
    assert str(authors).startswith(pair[0])
    assert here == pair[1]


def test_a_changed_box_protocol_is_a_deviation() -> None:
    protocols = read_experiment(REPOSITORY, "cub")["runs"]["cdtr"]["protocols"]
    released = {**protocols["released"], "threshold": 0.3, "threshold_source": "fixed"}
    added = deviations(changed("runs", "cdtr", "protocols", released=released), "cdtr")
    authors, here = added["protocols.released"]
    assert "0.2, stated" in str(authors)
    assert "0.3, stated" in str(here)


def test_fewer_digits_of_the_same_digest_are_no_deviation() -> None:
    fewer = changed("weights", "clip_vit_base_patch32.openai", sha256_prefix="40d36571")
    assert deviations(fewer, "cdtr") == deviations(changed(), "cdtr")
