"""Bad input of a localization run ends in one sentence, an exit code and no half-written file."""

import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from methods.data.files import sha256
from tests.workflow.projects import Project, copy_project
from tests.workflow.refusals import leftovers, only_sentence

RUN = "cdtr/seed0"
TARGETS = f"results/tiny_birds/{RUN}"  # as Snakemake is told of them
ARCHIVES = ("CUB_200_2011.tgz", "segmentations.tgz", "CUBV2.tar", "wsolevaluation.tar.gz")


def first_maps(project: Project) -> Path:
    return min((project.results / RUN / "predictions/test/maps").glob("*.npz"))


def assert_no_boxes(project: Project) -> None:
    folder = project.results / RUN / "boxes/test.program"
    assert not list(folder.glob("*"))
    assert not leftovers(project.results)


def test_an_unknown_image_of_the_gallery_is_refused_before_the_training(birds: Project) -> None:
    birds.edit("experiments/tiny_birds.yaml", 'gallery: ["00005"]', 'gallery: ["99999"]')
    assert "resolve_run" not in birds.planned()
    done = birds.snakemake(f"{TARGETS}/resolved.yaml", "--forcerun", "resolve_run")
    expected = "gallery of run cdtr: found 99999, expected ids of test; correct the experiment."
    assert only_sentence(done) == expected


def test_changed_maps_are_not_used(birds: Project) -> None:
    stored = first_maps(birds)
    arrays = dict(np.load(stored))
    arrays["maps"][0] = arrays["maps"][0].T.copy()
    before = sha256(stored)
    np.savez(stored, **arrays)
    target = f"{TARGETS}/boxes/test.program/index.json"
    sentence = only_sentence(birds.snakemake(target, "--forcerun", "find_boxes"))
    assert f"{stored.name}: found sha256 {sha256(stored)}, expected" in sentence
    assert before in sentence
    assert_no_boxes(birds)


def test_maps_that_are_not_finite_have_no_boxes(birds: Project) -> None:
    stored = first_maps(birds)
    arrays = dict(np.load(stored))
    arrays["maps"][1, 0, 0] = np.nan
    digest = sha256(stored)
    np.savez(stored, **arrays)
    birds.edit(f"{TARGETS}/predictions/test/index.json", digest, sha256(stored))
    birds.unseal()
    sentence = only_sentence(birds.snakemake(f"{TARGETS}/boxes/test.program/index.json"))
    values = arrays["maps"].size
    assert f"{stored.name}: found 1 of {values} values of maps NaN or infinite" in sentence
    assert_no_boxes(birds)


def test_truncated_boxes_are_not_scored(birds: Project) -> None:
    boxes = birds.results / RUN / "boxes/test.program/boxes.npz"
    boxes.write_bytes(boxes.read_bytes()[:-100])
    birds.unseal()
    scores = birds.results / RUN / "metrics/test.released.json"
    target = f"{TARGETS}/metrics/test.released.json"
    sentence = only_sentence(birds.snakemake(target, "--forcerun", "score_boxes"))
    assert f"index.json: found sha256 {sha256(boxes)} of boxes.npz beside it, expected" in sentence
    assert "run again, which finds the boxes again" in sentence
    assert not scores.exists()
    assert not scores.with_suffix(".counts.npz").exists()
    assert not leftovers(birds.results)


def test_a_changed_threshold_is_not_used(birds: Project) -> None:
    """The file says what its split chooses, and is held to it."""
    chosen = birds.results / RUN / "thresholds/honest.json"
    text = chosen.read_text(encoding="utf-8")
    changed = re.sub(r'("threshold": )[0-9.]+', r"\g<1>0.5", text, count=1)
    assert changed != text
    chosen.write_text(changed, encoding="utf-8")
    birds.unseal()
    scores = birds.results / RUN / "metrics/test.honest.json"
    target = f"{TARGETS}/metrics/test.honest.json"
    sentence = only_sentence(birds.snakemake(target, "--forcerun", "score_boxes"))
    assert "thresholds/honest.json: found" in sentence
    assert not scores.exists()


def lines_of(tree: Path, name: str) -> list[str]:
    return (tree / name).read_text(encoding="utf-8").splitlines(keepends=True)


def write(tree: Path, name: str, lines: list[str]) -> None:
    (tree / name).write_text("".join(lines), encoding="utf-8")


def drop_a_box(tree: Path) -> str:
    write(tree, "bounding_boxes.txt", lines_of(tree, "bounding_boxes.txt")[:-1])
    return "bounding_boxes.txt: found no line of the id 21, expected"


def list_an_image_twice(tree: Path) -> str:
    lines = lines_of(tree, "images.txt")
    lines[1] = f"2 {lines[0].split()[1]}\n"
    write(tree, "images.txt", lines)
    return "_000001.jpg under the ids 1 and 2, expected each image once"


def move_a_box_out_of_its_image(tree: Path) -> str:
    lines = lines_of(tree, "bounding_boxes.txt")
    lines[2] = "3 70.0 10.0 60.0 20.0\n"
    write(tree, "bounding_boxes.txt", lines)
    return "found the box x 70, y 10, width 60, height 20 of"


def train_on_all_of_a_class(tree: Path) -> str:
    """As many images are tested as before: another class has more of them."""
    classes = [line.split()[1] for line in lines_of(tree, "image_class_labels.txt")]
    split = [line.split() for line in lines_of(tree, "train_test_split.txt")]
    last = [(id_, part) for (id_, part), of in zip(split, classes, strict=True) if of == "3"]
    first = [(id_, part) for (id_, part), of in zip(split, classes, strict=True) if of == "1"]
    moved = {id_: "1" for id_, part in last if part == "0"}
    trained = [id_ for id_, part in first if part == "1"]
    moved |= dict.fromkeys(trained[: len(moved)], "0")
    write(tree, "train_test_split.txt", [f"{id_} {moved.get(id_, part)}\n" for id_, part in split])
    return (
        "train_test_split.txt: found no image of class 3, Rufous_Spotted_Finch, in test, expected"
    )


def repack(project: Project, spoil: Callable[[Path], str], folder: Path) -> str:
    """Change the lists in the archive of CUB and declare all archives as a user's own."""
    archive = project.folder / "data/archives/birds" / ARCHIVES[0]
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    said = spoil(folder / "CUB_200_2011")
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder / "CUB_200_2011", "CUB_200_2011")
    file = project.folder / "experiments/tiny_birds.yaml"
    text = file.read_text(encoding="utf-8").replace("source: generated", "source: local")
    entries = "".join(f"      - {{name: {name}, digest: unknown}}\n" for name in ARCHIVES)
    text = re.sub(r"    generated: .*\n", f"    archives:\n{entries}", text)
    file.write_text(text, encoding="utf-8")
    return said


@pytest.mark.parametrize(
    "spoil",
    [drop_a_box, list_an_image_twice, move_a_box_out_of_its_image, train_on_all_of_a_class],
)
def test_bad_lists_stop_the_check(
    finished_birds: Project, tmp_path: Path, spoil: Callable[[Path], str]
) -> None:
    project = copy_project(tmp_path / "their birds", "tiny_birds")
    archives = project.folder / "data/archives/birds"
    archives.mkdir(parents=True)
    for name in ARCHIVES:
        source = finished_birds.folder / "data/archives/birds" / name
        (archives / name).write_bytes(source.read_bytes())
    said = repack(project, spoil, tmp_path / "unpacked")
    sentence = only_sentence(project.snakemake("data"))
    assert said in sentence
    assert not list(project.results.glob("data/birds/*"))
    assert not leftovers(project.results)
    assert not leftovers(project.folder / "data")
