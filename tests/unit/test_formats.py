"""What the rules know about a format agrees with what its modules do."""

import inspect
from pathlib import Path

import pytest

from methods.data import coco, formats, generated, voc
from methods.data.formats import Format


def test_roots_and_masks_of_the_formats() -> None:
    assert formats.data_root("voc", "tree") == voc.voc_folder("tree")
    assert formats.data_root("coco", "tree") == Path("tree")
    assert formats.ground_truth("voc") == "SegmentationClassAug"
    assert formats.ground_truth("coco") == coco.MASKS


@pytest.mark.parametrize("format", ["voc", "coco"])
def test_an_adapter_offers_what_the_scripts_call(format: Format) -> None:
    adapter = formats.adapter(format)
    assert adapter.__name__ == formats.adapter_name(format)
    names = {"write_archives", "extract", "derived", "check"}
    assert all(callable(getattr(adapter, name)) for name in names)
    taken = set(inspect.signature(adapter.check).parameters)
    assert {"dataset", "classes", "splits", "images", "threads", "held_out"} <= taken


@pytest.mark.parametrize("test", [0, 2])
def test_generated_archives_and_counts_of_voc(tmp_path: Path, test: int) -> None:
    values = {"seed": 1, "train": 3, "sbd": 2, "val": 2, "size": [32, 40], "grey_share": 0.0}
    values |= {"test": test} if test else {}
    made = formats.adapter("voc").write_archives(
        tmp_path, generated=values, classes=["bird", "boat"], threads=1
    )
    assert tuple(path.name for path in made) == formats.generated_archives("voc", values)
    counts, images = formats.generated_counts("voc", values, {})
    assert counts == {"train": 3, "train_aug": 5, "val": 2, **({"test": 2} if test else {})}
    lists = generated.plan_lists(formats.adapter("voc").build(generated.GeneratedSettings, values))
    assert images == len(lists.all) + len(lists.test)
    assert images == sum(values[name] for name in formats.COUNTED if name in values)
