"""Deviations by class, and the claims that one makes void."""

from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from methods.claim_files import load_claims
from methods.claims import AtLeast, Claim
from methods.configuration.experiments import merge, read_experiment
from methods.errors import InputError
from methods.reporting.deviation_classes import CLASSES_FILE, read_classes
from methods.reporting.published_settings import read_published
from methods.reporting.voiding import voided_claims
from methods.yaml_files import read_yaml

REPOSITORY = Path(__file__).parents[2]
RECORD = read_published(sorted((REPOSITORY / "claims/reference").glob("*_settings.yaml")))
read = cache(partial(read_experiment, REPOSITORY))
EXPERIMENTS = sorted(path.stem for path in (REPOSITORY / "experiments").glob("*.yaml"))


def claims_of(experiment: dict[str, Any]) -> tuple[Claim, ...]:
    return load_claims(*(REPOSITORY / file for file in experiment["claims"]))


def voided(name: str, changes: dict[str, Any]) -> dict[str, str]:
    experiment = merge(read(name), changes)
    claims = claims_of(experiment)
    return voided_claims(claims, experiment, RECORD, read_classes())


def other_protocol(name: str, **changes: Any) -> dict[str, Any]:
    """The block `protocols` of MoRe in `paper`, one of them changed."""
    protocols = read("paper")["runs"]["more"]["protocols"]
    return {"protocols": {**protocols, name: {**protocols[name], **changes}}}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_no_claim_of_an_experiment_is_void_before_it_runs(name: str) -> None:
    assert voided(name, {}) == {}


def test_another_training_list_voids_every_claim_about_the_run() -> None:
    found = voided("paper", {"runs": {"more": {"train_split": "train"}}})
    assert found["more-voc-val-miou"] == (
        "train_split of run more is train, the authors' train_aug"
    )
    judged = {claim.id for claim in claims_of(read("paper")) if claim.quantities()}
    assert set(found) == {name for name in judged if name.startswith("more-")}


@pytest.mark.parametrize(
    ("changes", "void"),
    [
        ({"inference": {"image_size": 224}}, True),
        ({"crf": {"iterations": 5}}, True),
        (other_protocol("crf", scales=[1.0]), True),
        (other_protocol("multiscale", scales=[1.0]), False),
        ({"training": {"batch_size": 8, "loader_workers": 0}}, False),
        ({"checkpoint": {"rule": "best", "split": "held_out"}}, False),
        ({"inference": {"tf32": True}}, False),
    ],
)
def test_what_a_number_does_not_rest_on_does_not_void_it(
    changes: dict[str, Any], void: bool
) -> None:
    assert ("more-voc-val-miou" in voided("paper", {"runs": {"more": changes}})) == void


def box_protocol(**changes: Any) -> dict[str, Any]:
    """The block `protocols` of CDTR in `paper`, the released one changed."""
    protocols = read("paper")["runs"]["cdtr"]["protocols"]
    return {"runs": {"cdtr": {"protocols": {**protocols, "released": changes}}}}


def test_an_equal_threshold_is_no_deviation_whoever_states_it() -> None:
    released = read("paper")["runs"]["cdtr"]["protocols"]["released"]
    same = {**released, "threshold_source": "fixed"}
    assert voided("paper", box_protocol(**same)) == {}
    other = {**same, "threshold": 0.3}
    assert "cdtr-cub-loc1" in voided("paper", box_protocol(**other))
    chosen = {key: value for key, value in released.items() if key != "threshold"}
    found = voided("paper", box_protocol(**{**chosen, "threshold_source": "cubv2"}))
    assert "threshold chosen on cubv2; on test, the authors' " in found["cdtr-cub-loc1"]
    assert "threshold 0.2, stated; on test" in found["cdtr-cub-loc1"]


def test_another_crf_voids_what_the_crf_makes() -> None:
    found = set(voided("paper", {"runs": {"more": {"crf": {"iterations": 5}}}}))
    assert {"more-voc-val-miou", "more-voc-train-mask-cam", "more-voc-test-miou"} <= found
    assert not {"more-voc-train-seed-cam", "more-log-val-seg-20k", "more-log-val-cam-20k"} & found


def test_a_split_of_other_images_voids_what_is_scored_or_trained_on_it() -> None:
    splits = {"datasets": {"voc2012": {"splits": {"val": 1000}}}}
    found = set(voided("paper", splits))
    assert {"more-voc-val-miou", "more-log-val-cam-20k"} <= found
    assert "more-voc-train-seed-cam" not in found
    assert not [name for name in found if name.startswith("cdtr")]


def test_a_claim_may_state_its_own_deviation() -> None:
    changes = {"runs": {"more": {"train_split": "train"}}}
    assert voided("paper_best", changes) == {}  # it allows another training list
    changes = {"runs": {"more": {"crf": {"iterations": 5}}}}
    assert set(voided("paper_best", changes)) == {"more-voc-val-miou-best-held-out"}


def test_a_bound_of_the_pipeline_is_never_void_by_a_deviation() -> None:
    experiment = read("mini")
    claims = claims_of(experiment)
    assert any(isinstance(claim.bound, AtLeast) for claim in claims)
    assert not voided_claims(claims, experiment, RECORD, read_classes())


@pytest.mark.parametrize(
    ("key", "added", "kind"),
    [
        ("train_split", False, "voids"),
        ("dataset.splits.val", False, "voids"),
        ("dataset.splits.cubv2", True, "harmless"),
        ("protocols.crf", False, "voids"),
        ("protocols.aspect", True, "harmless"),
        ("training.loader_workers", False, "harmless"),
        ("training.losses.cre", False, "may matter"),
        ("weights.sha256_prefix", False, "may matter"),
        ("derived.distinct_images", False, "may matter"),
        ("never.heard.of", True, "may matter"),
    ],
)
def test_classes(key: str, added: bool, kind: str) -> None:
    assert read_classes().of(key, added=added) == kind


def test_every_class_says_why() -> None:
    assert all(entry["why"].endswith(".") for entry in read_yaml(CLASSES_FILE)["classes"])
    classes = read_classes()
    assert classes.why("train_split", added=False) == (
        "A network that has seen other images is not the one whose number was published."
    )
    assert classes.why("protocols.aspect", added=True).startswith("It makes numbers of its own")
    assert classes.why("never.heard.of", added=False).startswith("Nobody has classed it")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("classes: [{keys: [a], class: bad, why: So.}]", "the class 'bad'"),
        ("classes: [{keys: [a], why: So.}]", "class"),
        ("others: []", "classes"),
        (
            "classes: [{keys: [derived.peak_lr], class: voids, why: So.}]",
            "derived values that void a claim",
        ),
    ],
)
def test_a_broken_table_is_one_sentence(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "classes.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=found):
        read_classes(path)
