"""What a call has to fetch, and what it makes and writes, counted from the experiment."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from methods.configuration.experiments import read_experiment
from methods.configuration.loading import Configuration
from methods.data.sources import read_sources
from methods.more import cost
from methods.planning.disk import Part, disks, parts_to_write
from methods.planning.fetching import missing_files
from methods.planning.step import Step
from methods.planning.steps import steps_to_run
from tests.unit.small_plan import PROJECT, put

UNSTATED = ("CUBV2.tar", "wsolevaluation-master.tar.gz")  # files whose size nobody has stated


def test_sizes_by_hand(small: Configuration) -> None:
    steps = steps_to_run(small, None)
    parts = parts_to_write(small, missing_files(small, None), steps, None)
    found = {(part.name, part.root.name): part.bytes for part in parts}
    parameters = cost.parameters(small.experiment["runs"]["more"], 3)
    mask = 0.03 * 500 * 375
    logits = 5 * 4 * 2 * 4 * (36 + 81)  # images, bytes, mirrored, labels, patches
    maps = 10 * 4 * 3 * 2 * 2 * 9  # images, bytes, kinds, mirrored, named classes, patches
    assert found == {
        ("files to fetch", "data"): 5_000_000,  # nobody knows the size of vit.pth
        ("extracted", "data"): pytest.approx(1.1 * 5_000_000 + (20 + 5) * mask),
        ("checkpoints", "trial"): 2 * 3 * 4 * parameters,  # seeds, after 10, 20 and 25 iterations
        ("logits and maps", "trial"): 2 * (logits + maps),
        ("label maps", "trial"): pytest.approx(2 * (5 + 5 + 10) * mask),
        # of each seed two are kept and one is written; weights and two moments of each
        ("states of trainings", "trial"): 2 * (2 + 1) * 3 * 4 * parameters,
    }


def test_no_states_are_counted_where_nothing_trains(small: Configuration) -> None:
    put(small.results / "more/seed0/train/done.json")
    put(small.results / "more/seed1/train/done.json")
    parts = parts_to_write(small, [], steps_to_run(small, None), None)
    assert "states of trainings" not in {part.name for part in parts}


def test_only_what_is_missing_is_counted(small: Configuration) -> None:
    seed = small.results / "more" / "seed0"
    put(seed / "train/done.json")
    put(seed / "predictions/val.square/index.json")
    names = [step.name for step in steps_to_run(small, None)]
    both = ["prediction", "labels", "CRF", "labels"]
    first = [*["validation"] * 3, *both]
    second = ["training", *["validation"] * 3, "prediction", *both]
    assert names == [*first, *second]


def test_only_what_is_planned_is_counted(small: Configuration) -> None:
    """A plan counts, whether its files are there or not."""
    done = put(small.results / "more/seed1/train/done.json")
    assert [step.path for step in steps_to_run(small, {done})] == [done]
    assert missing_files(small, {done}) == []
    verified = small.data / "archives/few/verified.json"
    assert [file.path.name for file in missing_files(small, {verified})] == ["few.tar"]


def test_rehearsal_that_a_training_waits_for_is_counted(small: Configuration) -> None:
    def rehearsed(limit: int | None) -> list[Step]:
        asked = dataclasses.replace(small, rehearse=limit)
        return [step for step in steps_to_run(asked, None) if step.name == "rehearsal"]

    assert rehearsed(None) == rehearsed(25) == []
    training, *later = rehearsed(24)
    assert training.path == small.results / "more+rehearsal/seed0/train/done.json"
    whole = next(step for step in steps_to_run(small, None) if step.name == "training")
    assert (training.memory, training.learns) == (whole.memory, True)
    assert training.bytes == whole.bytes / 3 * 2  # checkpoints
    assert training.macs == whole.macs / 25 * 2  # iterations
    assert {step.written for step in later} == {"rehearsals"}
    done = put(training.path)
    assert training.path in [step.path for step in steps_to_run(small, {done})]


def test_a_given_checkpoint_is_not_trained(small: Configuration, tmp_path: Path) -> None:
    given = tmp_path / "authors.pth"
    run = small.experiment["runs"]["more"]
    run["checkpoint"] = {"rule": "file", "path": str(given), "sha256": "0" * 64}
    steps = steps_to_run(small, None)
    assert {step.name for step in steps} == {"prediction", "labels", "CRF"}
    assert all("seed0" in str(step.path) for step in steps)  # one evaluation is enough
    # The weights that a training would start from are not wanted.
    assert [file.path.name for file in missing_files(small, None)] == ["few.tar", given.name]
    put(given)
    assert given not in [file.path for file in missing_files(small, None)]


def test_label_maps_of_a_submission_are_counted_too(small: Configuration) -> None:
    before = steps_to_run(small, None)
    small.experiment["datasets"]["few"]["splits"]["test"] = 50
    small.experiment["runs"]["more"]["submission"] = {"split": "test", "protocol": "crf"}
    known = {step.path for step in before}
    added = [step for step in steps_to_run(small, None) if step.path not in known]
    assert [step.name for step in added] == 2 * ["prediction", "CRF", "package"]
    prediction, crf, package = added[:3]
    assert prediction.bytes == 10 * next(s.bytes for s in before if s.name == "prediction")
    assert crf.core_seconds == pytest.approx(
        10 * next(step.core_seconds for step in before if step.name == "CRF")
    )
    assert package.bytes == pytest.approx(2 * 50 * 0.03 * 500 * 375)


def test_backbone_of_a_given_checkpoint_is_not_trained(small: Configuration) -> None:
    run = small.experiment["runs"]["more"]
    network = {"patch_size": 8, "width": 16, "depth": 2, "heads": 2, "image_size": 48}
    small.experiment["weights"]["vit"] = {
        "source": "pretrained",
        "network": network,
        "pretraining": {"batch_size": 2, "iterations": 3, "scenes": 5},
    }
    assert steps_to_run(small, None)[0].name == "pretraining"
    run["checkpoint"] = {"rule": "file", "path": "authors.pth", "sha256": "0" * 64}
    assert "pretraining" not in [step.name for step in steps_to_run(small, None)]


def test_curves_are_validated_on_a_split_of_their_own(small: Configuration) -> None:
    before = [step for step in steps_to_run(small, None) if step.name == "validation"]
    small.experiment["runs"]["more"]["evaluation"]["curve_split"] = "train"
    after = [step for step in steps_to_run(small, None) if step.name == "validation"]
    assert len(after) == len(before)
    assert after[0].path.name == "train.10.json"
    assert after[0].macs == 2 * before[0].macs  # ten images instead of five


@pytest.mark.parametrize(("split", "images"), [("held_out", 4), ("train_kept", 16), ("rest", 6)])
def test_derived_splits_are_counted(small: Configuration, split: str, images: int) -> None:
    small.experiment["datasets"]["few"]["held_out"] = {"split": "train", "images": 4, "seed": 0}
    small.experiment["runs"]["more"]["protocols"]["cam"]["split"] = split
    maps = next(step for step in steps_to_run(small, None) if f"maps/{split}" in str(step.path))
    assert maps.bytes == images * 4 * 3 * 2 * 2 * 9  # as in test_sizes_by_hand


def test_held_out_split_is_validated_on(small: Configuration) -> None:
    small.experiment["datasets"]["few"]["held_out"] = {"split": "train", "images": 4, "seed": 0}
    small.experiment["runs"]["more"]["checkpoint"] = {"rule": "best", "split": "held_out"}
    work = [step.macs for step in steps_to_run(small, None) if step.name == "validation"]
    assert len(work) == 2 * 2 * 3  # seeds, splits, checkpoints
    assert work[3] / work[0] == pytest.approx(4 / 5)  # images of held_out and of val


def test_missing_files_of_the_paper(paper: Configuration) -> None:
    missing = {file.path.name: file for file in missing_files(paper, None)}
    archive = missing["VOCtrainval_11-May-2012.tar"]
    assert archive.path.parent == paper.data / "archives/voc2012"
    assert (archive.bytes, archive.exact) == (1_999_639_040, True)
    assert archive.checked_by == "size, md5"
    weights = missing["jx_vit_base_p16_224-80ecf9dd.pth"]
    assert (weights.path.parent, weights.exact) == (paper.weights, False)
    assert weights.checked_by == "sha256, first 8 digits"
    put(archive.path)
    put(weights.path)
    left = {file.path.name for file in missing_files(paper, None)}
    assert left == missing.keys() - {archive.path.name, weights.path.name}
    assert "benchmark.tgz" in left


def test_archives_of_extracted_data_are_not_wanted(small: Configuration) -> None:
    put(small.data / "archives/few/verified.json")
    assert [file.path.name for file in missing_files(small, None)] == ["few.tar", "vit.pth"]
    put(small.data / "extracted/few/extraction.json")
    put(small.results / "weights/vit.json")
    assert missing_files(small, None) == []


def test_table_of_sources() -> None:
    sources = read_sources()
    assert sources["VOC2012test.tar"].by_a_person
    assert sources["benchmark.tgz"].digest == "md5:82b4d87ceb2ed10f6038a1cba92111cb"
    assert sources["VOCtrainval_11-May-2012.tar"].version == "VOC 2012, 11 May 2012"
    assert len(sources["VOCtrainval_11-May-2012.tar"].urls) == 3
    for source in sources.values():
        assert source.urls
        assert source.version
        assert source.terms
        known = [size for size in (source.bytes, source.about_bytes) if size is not None]
        assert len(known) == (source.file not in UNSTATED), source.file
        if source.digest is not None:
            kind, _, value = source.digest.partition(":")
            assert len(value) == {"md5": 32, "sha256": 64, "sha256-prefix": 8}[kind]


def test_declared_digests_are_those_of_the_table() -> None:
    sources = read_sources()
    for archive in read_experiment(PROJECT, "paper")["datasets"]["voc2012"]["archives"]:
        known = sources[archive["name"]]
        assert known.bytes == archive.get("bytes")
        assert known.digest == (f"md5:{archive['md5']}" if "md5" in archive else None)


def test_folders_on_one_disk_share_its_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    usage = shutil.disk_usage(tmp_path)  # which changes while other tests write
    looked: list[Path] = []
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: looked.append(folder) or usage)
    parts = [Part("a", there, 1e3), Part("b", tmp_path / "not/yet", 2e3), Part("c", there, 4e3)]
    (disk,) = disks(parts)
    assert (disk.roots, disk.needed) == ((there, tmp_path / "not/yet"), 7e3)
    assert (disk.free, looked) == (usage.free, [there])
    assert disk.fits
