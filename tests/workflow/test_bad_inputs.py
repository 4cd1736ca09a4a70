"""Bad input ends in one clear sentence, an exit code and no half-written file."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data.files import read_json, sha256, write_json
from methods.registry.outcomes import outcomes
from methods.registry.records import read_attempts
from tests.workflow.projects import Project
from tests.workflow.refusals import leftovers, only_sentence

MASKS = "data/extracted/shapes/tree/VOCdevkit/VOC2012/SegmentationClassAug"


def first_mask(project: Project) -> Path:
    return min((project.folder / MASKS).glob("*.png"))


def rgba_mask(project: Project) -> None:
    path = first_mask(project)
    Image.open(path).convert("RGBA").save(path)


def missing_mask(project: Project) -> None:
    first_mask(project).unlink()


def label_21(project: Project) -> None:
    path = first_mask(project)
    labels = np.array(Image.open(path))
    labels[0, 0] = 21
    Image.fromarray(labels).save(path)


def other_size(project: Project) -> None:
    path = first_mask(project)
    Image.fromarray(np.array(Image.open(path))[:, 1:]).save(path)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (rgba_mask, ["RGBA"]),
        (missing_mask, ["no such file"]),
        (label_21, ["21"]),
        (other_size, ["pixels"]),
    ],
)
def test_bad_mask_stops_the_check(
    project: Project, spoil: Callable[[Project], None], words: list[str]
) -> None:
    name = first_mask(project).name
    spoil(project)
    done = project.snakemake("data", "--forcerun", "check_dataset")
    sentence = only_sentence(done)
    assert name in sentence
    assert all(word in sentence for word in words), sentence
    assert not list((project.results / "data").glob("shapes/*"))
    assert not leftovers(project.results)
    log = project.results / "logs/check_dataset/shapes.log"
    assert sentence in log.read_text(encoding="utf-8")


def test_truncated_archive_is_not_extracted(project: Project) -> None:
    archive = project.folder / "data/generated/shapes/VOCtrainval.tar"
    archive.write_bytes(archive.read_bytes()[:-5000])
    sentence = only_sentence(project.snakemake("data", "--forcerun", "fetch_archives"))
    assert "data/generated/shapes/VOCtrainval.tar" in sentence
    assert f"VOCtrainval.tar: found {archive.stat().st_size} bytes, expected" in sentence
    assert not (project.folder / "data/archives/shapes/verified.json").exists()
    assert not leftovers(project.folder / "data")


def test_archive_that_was_replaced_since_is_not_extracted(project: Project) -> None:
    """Its verification is void; the next call links the original again."""
    archive = project.folder / "data/archives/shapes/VOCtrainval.tar"
    content = archive.read_bytes()
    archive.unlink()
    archive.write_bytes(content + b"more")
    again = ("data", "--forcerun", "extract_archives")
    sentence = only_sentence(project.snakemake(*again))
    size = len(content)
    assert f"VOCtrainval.tar: found {size + 4} bytes, expected {size} bytes" in sentence
    done = project.snakemake(*again)
    assert done.returncode == 0, done.stderr
    assert archive.read_bytes() == content


def make_local(project: Project, sha256: str) -> None:
    """Declare the archives as a user's own, with a digest."""
    project.edit("experiments/tiny.yaml", "source: generated", "source: local")
    text = (project.folder / "experiments/tiny.yaml").read_text(encoding="utf-8")
    names = ("VOCtrainval.tar", "benchmark.tgz")
    lines = "".join(f"      - {{name: {name}, sha256: {sha256}}}\n" for name in names)
    text = re.sub(r"    generated: .*\n", f"    archives:\n{lines}", text)
    (project.folder / "experiments/tiny.yaml").write_text(text, encoding="utf-8")


def test_wrong_hash_is_not_extracted(project: Project) -> None:
    make_local(project, "0" * 64)
    sentence = only_sentence(project.snakemake("data"))
    assert "VOCtrainval.tar" in sentence
    assert f"expected sha256 {'0' * 64}" in sentence
    assert not (project.folder / "data/archives/shapes/verified.json").exists()


def test_missing_archive_is_asked_for(fresh_project: Project) -> None:
    make_local(fresh_project, "0" * 64)
    sentence = only_sentence(fresh_project.snakemake("data"))
    assert "data/archives/shapes: found no VOCtrainval.tar and no benchmark.tgz" in sentence
    assert not list((fresh_project.folder / "data").glob("archives/shapes/*"))


def test_published_weights_are_fetched_and_checked(
    fresh_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # nothing answers there
    name, file = "vit_base_patch16_224.orig_in21k_ft_in1k", "jx_vit_base_p16_224-80ecf9dd.pth"
    card = f"results/paper/weights/{name}.json"
    call = (card, "--config", "experiment=paper")
    sentence = only_sentence(fresh_project.snakemake(*call))
    assert f"weights/{file}: found no copy of it (https://" in sentence
    assert not (fresh_project.folder / "weights" / file).exists()
    (fresh_project.folder / "weights").mkdir(exist_ok=True)
    (fresh_project.folder / "weights" / file).write_text("not the weights", encoding="utf-8")
    sentence = only_sentence(fresh_project.snakemake(*call))
    assert "expected one that begins with 80ecf9dd" in sentence
    assert not (fresh_project.folder / card).exists()


def test_nan_logits_are_not_scored(project: Project) -> None:
    stored = min((project.results / "more/seed0/predictions/val.square/logits").glob("*.npz"))
    arrays = dict(np.load(stored))
    arrays["scale_1"][0, 0, 0, 0] = np.nan
    digest = sha256(stored)
    np.savez(stored, **arrays)
    index = "results/tiny/more/seed0/predictions/val.square/index.json"
    project.edit(index, digest, sha256(stored))
    project.unseal()
    done = project.snakemake("metrics", "--until", "apply_crf")
    sentence = only_sentence(done)
    assert stored.name in sentence
    assert "NaN" in sentence
    assert not (project.results / "more/seed0/crf/val.crf/index.json").exists()
    assert not (project.results / "more/seed0/crf/val.crf/labels").exists()
    assert not leftovers(project.results)


def test_changed_logits_are_not_used(project: Project) -> None:
    stored = min((project.results / "more/seed0/predictions/val.square/logits").glob("*.npz"))
    stored.write_bytes(stored.read_bytes() + b"more")
    sentence = only_sentence(project.snakemake("metrics", "--forcerun", "apply_crf"))
    assert stored.name in sentence
    assert f"found sha256 {sha256(stored)}, expected" in sentence
    assert not (project.results / "more/seed0/crf/val.crf/index.json").exists()


def test_what_no_job_wrote_is_refused_before_anything_is_lost(project: Project) -> None:
    resolved = "results/tiny/more/seed0/resolved.yaml"
    project.edit(resolved, "cre: 0.2", "cre: 20.0")
    sentence = only_sentence(project.snakemake("report"))
    assert f"{resolved}: found a file that was changed after the job" in sentence
    for made in ("more/seed0/train/done.json", "more/seed0/train/checkpoints", "report.html"):
        assert (project.results / made).exists()


def test_a_checkpoint_that_is_gone_is_missed_though_no_job_has_to_run(project: Project) -> None:
    folder = "results/tiny/more/seed0/train/checkpoints"
    lost = min((project.folder / folder).glob("*.pt"))
    lost.unlink()
    sentence = only_sentence(project.snakemake("--dry-run", "report"))
    assert sentence.startswith(f"{folder}/{lost.name}: found no such file, expected what the job")
    assert f"run `.venv/bin/snakemake report --forcerun {folder} --config experiment" in sentence
    assert project.planned("--forcerun", folder)["train_model"] == 1


def test_changed_verdicts_are_not_shown(project: Project) -> None:
    verdicts = project.results / "verdicts.json"
    document = read_json(verdicts)
    document["verdicts"][0] |= {"status": "holds", "value": 99.9}
    write_json(verdicts, document)
    project.unseal()
    sentence = only_sentence(project.snakemake("report"))
    name = document["verdicts"][0]["id"]
    assert f"verdicts.json: found a verdict on {name} that does not follow from the" in sentence


def test_changed_weights_are_not_trained_from(project: Project) -> None:
    weights = project.folder / "weights/tiny-vit.pt"
    weights.write_bytes(weights.read_bytes() + b"more")
    sentence = only_sentence(project.snakemake("train", "--forcerun", "train_model"))
    assert "weights/tiny-vit.pt: found sha256" in sentence
    assert not (project.results / "more/seed0/train/done.json").exists()
    attempts, broken = read_attempts(project.results / "registry/train_model")
    assert broken == []
    assert [found.kind for found in outcomes(attempts)] == ["superseded", "failed"]
    assert attempts[-1].reason == sentence


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("checkpoint_every: 3", "checkpoint_evry: 3", "'checkpoint_every'"),
        ("power: 0.9, floor: 0", "power: 0.9, floor: 0.1", "less than optimizer.lr = 0.0001"),
        ("seeds: [0]", "seeds: [0", "YAML"),
    ],
)
def test_bad_experiment_stops_before_anything_runs(
    fresh_project: Project, old: str, new: str, expected: str
) -> None:
    fresh_project.edit("experiments/tiny.yaml", old, new)
    done = fresh_project.snakemake("report")
    sentence = only_sentence(done)
    assert "experiments/tiny.yaml" in sentence
    assert expected in sentence
    assert not (fresh_project.folder / "data").exists()


def test_unknown_key_of_the_configuration(fresh_project: Project) -> None:
    done = fresh_project.snakemake("report", "--config", "devise=cpu")
    assert "'devise', expected 'device'" in only_sentence(done)


def test_results_that_cannot_be_written(fresh_project: Project) -> None:
    """A file stands in the folder's place: this stops root too, whom permissions do not."""
    (fresh_project.folder / "results").write_text("not a folder", encoding="utf-8")
    sentence = only_sentence(fresh_project.snakemake("report"))
    assert "storage.results" in sentence
    assert not (fresh_project.folder / "data").exists()
