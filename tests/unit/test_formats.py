"""What the rules know about a format agrees with what its modules do."""

import inspect
import shutil
from pathlib import Path

import pytest

from methods.data import coco, cub, formats, voc, voc_generator
from methods.data.formats import Format
from methods.data.scenes import render_scene
from methods.fingerprint import code_fingerprint
from methods.settings import build

PROJECT = Path(__file__).parents[2]
FORMATS: tuple[Format, ...] = ("voc", "coco", "cub", "ilsvrc")
GENERATED = {f"generate {format}" for format in FORMATS}
EXTRACTED = {f"{script} {format}" for script in ("extract", "check") for format in FORMATS}


def test_roots_and_masks_of_the_formats() -> None:
    assert formats.data_root("voc", "tree") == voc.voc_folder("tree")
    assert formats.data_root("coco", "tree") == Path("tree")
    assert formats.ground_truth("voc") == "SegmentationClassAug"
    assert formats.ground_truth("coco") == coco.MASKS
    assert formats.data_root("cub", "tree") == formats.data_root("ilsvrc", "tree") == Path("tree")
    assert formats.ground_truth("cub") == cub.MASKS


@pytest.mark.parametrize("format", FORMATS)
def test_an_adapter_offers_what_the_scripts_call(format: Format) -> None:
    adapter = formats.adapter(format)
    assert adapter.__name__ == formats.adapter_name(format)
    names = {"extract", "derived", "check"}
    assert all(callable(getattr(adapter, name)) for name in names)
    assert not hasattr(adapter, "write_archives")
    taken = set(inspect.signature(adapter.check).parameters)
    assert {"dataset", "classes", "splits", "images", "threads", "held_out"} <= taken


@pytest.mark.parametrize("format", FORMATS)
def test_a_generator_offers_what_the_script_calls(format: Format) -> None:
    generator = formats.generator(format)
    assert generator.__name__ == formats.generator_name(format)
    assert isinstance(generator.GeneratedSettings, type)
    assert callable(generator.render)
    taken = set(inspect.signature(generator.write_archives).parameters)
    assert taken == {"folder", "settings", "classes", "render", "threads"}


def write_copy(folder: Path, *changed: str) -> Path:
    """The project's code, with another constant in each of the named modules."""
    for package in ("methods", "workflow_scripts"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / package, folder / package, ignore=ignored)
    for module in changed:
        with (folder / module).open("a") as file:
            file.write("CHANGED = 1\n")
    return folder


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("scenes", {"generate voc", "generate coco"}),
        ("appearance", GENERATED),
        ("canvas", GENERATED),
        ("scene_files", GENERATED),
        ("birds", {"generate cub", "generate ilsvrc"}),
        ("archives", EXTRACTED),
        ("voc_generator", {"generate voc"}),
        ("coco_generator", {"generate coco"}),
        ("sbd", {"generate voc", "extract voc", "check voc"}),
        ("coco_masks", {"extract coco", "check coco"}),
        ("coco", {"generate coco", "extract coco", "check coco"}),
        ("coco_inspection", {"extract coco", "check coco"}),
        ("voc_inspection", {"extract voc", "check voc"}),
        ("cub", {"generate cub", "extract cub", "check cub"}),
        ("cub_inspection", {"extract cub", "check cub"}),
        ("cub_masks", {"extract cub", "check cub"}),
        ("ilsvrc", {"generate ilsvrc", "extract ilsvrc", "check ilsvrc"}),
        ("ilsvrc_generator", {"generate ilsvrc"}),
    ],
)
def test_what_a_changed_module_makes_stale(tmp_path: Path, changed: str, stale: set[str]) -> None:
    """A toy circle that is drawn differently leaves the extraction of real archives alone."""

    def fingerprints(project: Path) -> dict[str, str]:
        return {
            f"{script} {format}": code_fingerprint(
                project,
                [f"workflow_scripts.{script}_{ending}", module(format)],
                ignored=["workflow_scripts.job"],
            )
            for script, ending, module in (
                ("generate", "archives", formats.generator_name),
                ("extract", "archives", formats.adapter_name),
                ("check", "dataset", formats.adapter_name),
            )
            for format in FORMATS
        }

    before = fingerprints(write_copy(tmp_path / "before"))
    after = fingerprints(write_copy(tmp_path / "after", f"methods/data/{changed}.py"))
    assert {name for name in before if before[name] != after[name]} == stale


@pytest.mark.parametrize("test", [0, 2])
def test_archives_and_counts_of_generated_voc(tmp_path: Path, test: int) -> None:
    values = {"seed": 1, "train": 3, "sbd": 2, "val": 2, "size": [32, 40], "grey_share": 0.0}
    values |= {"test": test} if test else {}
    settings = build(voc_generator.GeneratedSettings, values)
    made = voc_generator.write_archives(
        tmp_path, settings=settings, classes=["bird", "boat"], render=render_scene, threads=1
    )
    assert tuple(path.name for path in made) == formats.VOC.archives[: 3 if test else 2]
    counts, images = formats.generated_counts("voc", values, {})
    assert counts == {"train": 3, "train_aug": 5, "val": 2, **({"test": 2} if test else {})}
    lists = voc_generator.plan_lists(settings)
    assert images == len(lists.all) + len(lists.test)
    assert images == sum(values[name] for name in formats.COUNTED if name in values)
