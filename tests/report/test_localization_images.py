"""Pictures of localization: which images are shown, and that they show what the files hold."""

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.claims import Quantity
from methods.data.centre_crop import CentreCrop
from methods.data.files import read_json, write_json
from methods.data.image_index import read_index
from methods.data.predictions import read_predictions
from methods.errors import InputError
from methods.evaluation.overlap import overlap
from methods.evaluation.truths import read_truths
from methods.layout import class_maps_index
from methods.postprocess.boxes import boxes_of_image
from methods.reporting.gallery import Picture
from methods.reporting.localization.cases import ImageScores, ranked_cases, worst_cases
from methods.reporting.localization.section import LocalizationSection, build_section
from tests.report.localization_results import (
    CLAIM,
    CLASSES,
    LocalizationResults,
    built,
    metrics_of,
)
from tests.report.localization_scenes import SPLITS
from tests.report.localization_scores import VIEW, Mistakes


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> LocalizationResults:
    return LocalizationResults(
        tmp_path_factory.mktemp("pictures"),
        runs={"cdtr": {}, "small": {}, "given": {"checkpoint": {"rule": "file"}}},
        mistakes={"small": Mistakes(named=range(16), located=(4, 5, 6))},
    )


@pytest.fixture(scope="module")
def section(results: LocalizationResults) -> LocalizationSection:
    return built(results)


def test_the_worst_images_are_chosen_by_their_iou() -> None:
    iou = np.array([0.49, 0.1, 0.1, 0.3, 0.5, 0.9, 0.6, 0.7, 0.2])
    named = np.array([True, True, True, True, False, False, False, False, False])
    scores = ImageScores(("i", "h", "g", "f", "e", "d", "c", "b", "a"), iou, named)
    box, name, both = worst_cases(scores, "test (honest)")
    assert box.ids == ("g", "h", "f")  # equal ones by id; 0.49 is the fourth
    assert box.title == "Class right, box wrong"
    assert box.text == "4 of 9 images of test (honest). Shown are the 3 with the lowest IoU."
    assert name.ids == ("d", "b", "c")
    assert name.text == "4 of 9 images of test (honest). Shown are the 3 with the highest IoU."
    assert both.ids == ("a",)
    assert both.text == "1 of 9 images of test (honest). It is shown."
    right = ImageScores(("a", "b"), np.array([0.5, 1.0]), np.array([True, True]))
    assert worst_cases(right, "test (honest)") == ()


def test_the_best_and_the_median_images_are_chosen_by_their_iou() -> None:
    iou = np.array([0.9, 0.7, 0.7, 0.8, 1.0, 0.1, 0.2, 0.3])
    named = np.array([True, True, True, True, False, True, True, True])
    scored = "test (honest)"
    best, median = ranked_cases(ImageScores(tuple("hgfedcba"), iou, named), scored)
    assert best.ids == ("h", "e", "f")  # not d, whose class is wrong; f before g at the same IoU
    assert best.text == "4 of 8 images of test (honest). Shown are the 3 with the highest IoU."
    assert median.ids == ("a", "f", "g")  # two below them, three above
    assert median.text == "Of 8 images of test (honest), the 3 in the middle, ranked by IoU."
    (median,) = ranked_cases(ImageScores(("a",), np.array([0.9]), np.array([False])), scored)
    assert median.ids == ("a",)


def test_pictures_are_those_of_the_files(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    named, best, median, *wrong = section.parts[0].galleries
    assert [row.id for row in named.rows] == SPLITS["test"][:2]
    assert [len(gallery.rows) for gallery in (best, median, *wrong)] == [3, 3, 3, 3, 2]
    assert [gallery.title for gallery in section.parts[2].galleries] == [named.title]  # folded
    with np.load(results.folder() / "metrics/test.released.counts.npz") as counts:
        iou = dict(zip(counts["ids"].tolist(), counts["iou"][:, 0].tolist(), strict=True))
    records = read_index(results.root / "data/birds/index.csv", "test", CLASSES)
    names = {record.id: CLASSES[int(record.labels.argmax())] for record in records}
    right = named.rows[0]
    assert right.note == (
        f"true class {names[right.id]}; predicted {names[right.id]} (right);"
        f" IoU {iou[right.id]:.2f}"
    )
    other = CLASSES[(CLASSES.index(names[named.rows[1].id]) + 1) % len(CLASSES)]
    assert f"predicted {other} (wrong)" in named.rows[1].note
    assert [picture.label for picture in named.rows[1].pictures] == [
        *("crop", "mean attention", "map of the predicted class", "boxes")
    ]
    assert all(picture.alt and picture.width == 64 for picture in right.pictures)
    assert f"IoU {iou[right.id]:.2f}" in right.pictures[-1].alt
    assert [name for name, _ in right.legend] == ["true box, solid", "our box, dashed"]


def test_the_boxes_in_a_picture_have_the_iou_that_is_told(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    """The picture's text rounds the true box to whole pixels, the IoU is that of the box itself."""
    (run,) = [run for run in results.sources().localization if run.run == "small"]
    records = read_index(results.root / "data/birds/index.csv", run.split, CLASSES)
    protocol = run.protocols[run.headline]
    view = CentreCrop(run.resize, run.image_size)
    exact = read_truths(results.manifest, records, view, protocol.crop, protocol.several)
    truths = {record.id: of[0] for record, of in zip(records, exact, strict=True)}
    for gallery in section.parts[1].galleries:
        for row in (row for row in gallery.rows if not row.under):  # others are drawn above
            found = re.fullmatch(
                r"The crop with the true box \((.*)\), solid, our box \((.*)\), dashed; IoU (.*)\.",
                row.pictures[-1].alt,
            )
            assert found is not None
            true, ours = (np.array([float(v) for v in found[k].split(", ")]) for k in (1, 2))
            assert true == pytest.approx(truths[row.id], abs=0.5)
            assert overlap(ours, truths[row.id]) == pytest.approx(float(found[3]), abs=0.0051)
            assert f"IoU {found[3]}" in row.note


def test_maps_in_pictures_are_those_of_the_predicted_class(section: LocalizationSection) -> None:
    row = section.parts[0].galleries[0].rows[1]  # whose class is wrong: the true map is elsewhere
    _, attention, of_class, boxes = row.pictures
    found = re.search(r"our box \((.*)\), dashed", boxes.alt)
    assert found is not None
    x1, y1, x2, y2 = (int(value) for value in found[1].split(", "))
    heat, upside_down = (brightness(picture) for picture in (of_class, attention))
    inside = heat[y1:y2, x1:x2].mean()
    assert inside > 2 * np.delete(heat, np.s_[y1:y2], axis=0).mean()
    assert np.corrcoef(heat.ravel(), upside_down[::-1].ravel())[0, 1] > 0.98
    assert np.corrcoef(heat.ravel(), upside_down.ravel())[0, 1] < 0.9


def brightness(picture: Picture) -> np.ndarray:
    """Red and green of a panel, which rise with the map, float64 (H, W)."""
    data = base64.b64decode(picture.data.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=float)[..., :2].mean(2)


def test_several_true_boxes_are_all_drawn(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    manifest = read_json(results.manifest)
    ((x, y, width, height),) = manifest["boxes"]["00009"]
    manifest["boxes"]["00009"].append([x + 2, y + 2, width, height])
    write_json(results.manifest, manifest)
    claimed = Quantity(split="test", metric="gt_known", run="cdtr", protocol="honest")
    results.judge(replace(CLAIM, quantity=claimed))
    (named, *_) = built(results).parts[0].galleries
    assert named.title.endswith("that the experiment names")
    assert "The crop with the 2 true boxes (" in named.rows[0].pictures[-1].alt
    assert "The crop with the true box (" in named.rows[1].pictures[-1].alt


def test_a_box_whose_ends_are_pixels_of_it_is_shown_whole(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    claimed = Quantity(split="test", metric="gt_known", run="cdtr", protocol="honest")
    results.judge(replace(CLAIM, quantity=claimed))
    thresholds = [metrics_of(results, "cdtr", 0, "honest")["protocol"]["threshold"]]
    maps = read_predictions(results.root / class_maps_index("cdtr", 0, "test"))
    paths = {item.id: maps.path(item) for item in maps.items}
    (named, *_) = built(results).parts[0].galleries
    for row in named.rows:
        found = boxes_of_image(paths[row.id], thresholds, VIEW.image_size, "wsolevaluation")
        x1, y1, x2, y2 = found.boxes[0].tolist()
        shown = f"our box ({x1}, {y1}, {x2 + 1}, {y2 + 1}), dashed"
        assert shown in row.pictures[-1].alt


def test_a_constant_map_is_called_so(tmp_path: Path) -> None:
    gallery = {"gallery": SPLITS["test"][11:12]}
    (named, *_) = built(LocalizationResults(tmp_path, runs={"cdtr": gallery})).parts[0].galleries
    _, attention, of_class, boxes = named.rows[0].pictures
    assert attention.alt == "mean attention, constant."
    assert of_class.alt.endswith(", constant.")
    assert named.rows[0].note.endswith("IoU 0.00; no box, since the map is constant")
    assert boxes.alt.endswith(", solid, no box of ours; IoU 0.00.")


def test_an_image_that_is_not_in_the_split_is_refused(tmp_path: Path) -> None:
    runs = {"cdtr": {"gallery": SPLITS["cubv2"][:1]}}
    results = LocalizationResults(tmp_path, runs=runs)
    with pytest.raises(InputError, match="gallery of run cdtr: found v2_00001, expected ids of"):
        build_section(results.sources())


def test_an_image_or_a_map_that_was_changed_is_refused(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    map_file = results.folder() / "predictions/test/maps/00009.npz"
    kept = map_file.read_bytes()
    map_file.write_bytes(kept + b" ")
    with pytest.raises(InputError, match=r"00009\.npz: found sha256"):
        build_section(results.sources())
    map_file.write_bytes(kept)
    (image,) = results.data_root.rglob("00009.png")
    image.write_bytes(image.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"00009\.png: found sha256"):
        build_section(results.sources())
