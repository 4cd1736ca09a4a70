"""The authors' validation, against the same numbers made one image and pixel map at a time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from methods.data.files import read_json, sha256, write_json
from methods.data.image_index import ImageRecord, read_index
from methods.data.labels import write_index_png
from methods.data.transforms import normalise
from methods.errors import InputError
from methods.more import validation
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.more.validation import KINDS, validate
from methods.more.weights import save_checkpoint
from methods.settings import build
from tests.unit.small_run import CLASSES, small_run, write_images, write_masks


@pytest.fixture
def model() -> MoRe:
    torch.manual_seed(3)
    network = MoRe(build(NetworkSettings, small_run()["network"]), len(CLASSES))
    with torch.no_grad():
        network.classifier.weight.normal_(std=0.3)
    return network


@pytest.fixture
def arguments(tmp_path: Path, model: MoRe) -> dict[str, Any]:
    index = write_images(tmp_path)
    manifest = write_masks(tmp_path)
    save_checkpoint(tmp_path / "model.pt", model)
    return {
        "run": small_run(),
        "classes": CLASSES,
        "checkpoint": tmp_path / "model.pt",
        "index": index,
        "manifest": manifest,
        "images": tmp_path,
        "device": "cpu",
        "threads": 1,
    }


def resize(maps: Tensor, size: tuple[int, ...]) -> Tensor:
    return interpolate(maps, tuple(size), mode="bilinear", align_corners=False)


def min_max(maps: Tensor) -> Tensor:
    shifted = maps - maps.amin((-2, -1), keepdim=True)
    return shifted / (shifted.amax((-2, -1), keepdim=True) + 1e-5)


def label(maps: Tensor, present: np.ndarray, background: float) -> np.ndarray:
    """Of one image (1, C, H, W): the strongest present class above the threshold."""
    result = np.zeros(maps.shape[2:], dtype=np.uint8)
    best = np.full(maps.shape[2:], background, dtype=np.float32)
    for number in np.flatnonzero(present):
        values = maps[0, number].numpy()
        result[values > best] = number + 1
        best = np.maximum(best, values)
    return result


def multi_scale(model: MoRe, image: Tensor, which: str) -> Tensor:
    total = torch.zeros(1, len(CLASSES), 48, 48)
    for side in (48, 24):
        view = image if side == 48 else resize(image, (side, side))
        plain = getattr(model.forward_cams(view, with_lam=False), which)
        mirrored = getattr(model.forward_cams(view.flip(-1), with_lam=False), which)
        pair = resize(plain, (48, 48)), resize(mirrored, (48, 48)).flip(-1)
        total += torch.maximum(*pair).clamp(min=0)
    return min_max(total)


def by_hand(
    model: MoRe, record: ImageRecord, folder: Path, background: float
) -> tuple[dict[str, Any], float]:
    """Label maps of one image by kind, and F1 of its image labels."""
    pixels = np.array(Image.open(folder / record.image).convert("RGB"))
    image = resize(normalise(pixels)[None], (48, 48))
    size = pixels.shape[:2]
    output = model(image)
    named = output.class_logits[0].numpy() > 0
    hits = (named & (record.labels > 0)).sum()
    f1 = 2 * hits / (named.sum() + record.labels.sum())
    predicted = named
    if not named.any():
        counts = np.bincount(output.seg_logits[0].argmax(0).numpy().ravel(), minlength=4)
        assert counts[0] >= 5  # else the published program takes the first class for background
        predicted = counts[1:] >= 5
        assert predicted.any()
    cam = resize(multi_scale(model, image, "cam"), size)
    auxiliary = resize(multi_scale(model, image, "auxiliary_cam"), size)
    score = min_max(resize(model.forward_cams(image, with_lam=True).lam, size))
    maps = {
        "decoder": resize(output.seg_logits, size)[0].argmax(0).numpy().astype(np.uint8),
        "cam": label(cam, record.labels, background),
        "aux_cam": label(auxiliary, record.labels, background),
        "lam": label(score, record.labels, background),
        "fused": label(min_max(score * cam), record.labels, background),
        "cam_predicted": label(cam, predicted, background),
    }
    return maps, float(f1)


def miou(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Of (truth, prediction), pixel counts added up over the images; percent."""
    ious = []
    for number in range(len(CLASSES) + 1):
        both = either = true = 0
        for truth, predicted in pairs:
            counted = truth != 255
            here, there = truth[counted] == number, predicted[counted] == number
            both += (here & there).sum()
            either += (here | there).sum()
            true += here.sum()
        if true:
            ious.append(both / either)
    return 100 * float(np.mean(ious))


def check(arguments: dict[str, Any], model: MoRe, folder: Path, split: str) -> dict[str, Any]:
    """Validate, and hold every number against the plain recomputation."""
    found = validate(**arguments, split=split)
    background = arguments["run"]["training"]["pseudo_labels"]["background"]
    records = read_index(arguments["index"], split, CLASSES)
    pairs: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {kind: [] for kind in KINDS}
    scores = []
    with torch.no_grad():
        for record in records:
            truth = np.asarray(Image.open(folder / f"{record.id}.png"))
            maps, f1 = by_hand(model, record, folder, background)
            scores.append(f1)
            for kind, predicted in maps.items():
                pairs[kind].append((truth, predicted))
    assert found["split"] == split
    assert found["coverage"] == {"evaluated": len(records), "expected": len(records)}
    assert found["f1"] == pytest.approx(100 * np.mean(scores))
    assert list(found["miou"]) == list(KINDS)
    for kind in KINDS:
        # A pixel at a threshold may fall on either side: batches round differently.
        assert found["miou"][kind] == pytest.approx(miou(pairs[kind]), abs=0.05), kind
    return found


@pytest.mark.parametrize("split", ["val", "train_aug"])
def test_scores_are_those_of_a_plain_recomputation(
    arguments: dict[str, Any], model: MoRe, tmp_path: Path, split: str
) -> None:
    found = check(arguments, model, tmp_path, split)
    assert found["f1"] > 0
    assert len(set(found["miou"].values())) > 3


def test_the_background_threshold_is_the_run_s(
    arguments: dict[str, Any], model: MoRe, tmp_path: Path
) -> None:
    found = {}
    for background in (0.5, 0.45):
        arguments["run"]["training"]["pseudo_labels"]["background"] = background
        found[background] = check(arguments, model, tmp_path, "val")
        assert found[background]["protocol"]["background"] == background
    low, high = found[0.45]["miou"], found[0.5]["miou"]
    assert {kind for kind in KINDS if low[kind] != high[kind]} == set(KINDS) - {"decoder"}


def test_the_decoder_names_the_classes_where_the_classifier_names_none(
    arguments: dict[str, Any], model: MoRe, tmp_path: Path
) -> None:
    with torch.no_grad():
        model.classifier.weight.abs_().neg_()  # the maxima over an image are above 0
        torch.manual_seed(2)  # the background and some class have many patches of every image
        model.decoder.conv8.weight.normal_()
    save_checkpoint(tmp_path / "model.pt", model)
    assert check(arguments, model, tmp_path, "train_aug")["f1"] == 0


def test_the_protocol_is_told(arguments: dict[str, Any]) -> None:
    assert validate(**arguments, split="val")["protocol"] == {
        "image_size": 48,
        "resize": "square",
        "cam_scales": [1.0, 0.5],
        "background": 0.5,
        "checkpoint_sha256": sha256(arguments["checkpoint"]),
    }


def test_a_changed_mask_is_refused(arguments: dict[str, Any], tmp_path: Path) -> None:
    write_index_png(tmp_path / "2012_000004.png", np.zeros((56, 68), dtype=np.uint8))
    with pytest.raises(InputError, match=r"2012_000004\.png: found sha256"):
        validate(**arguments, split="val")


def test_an_image_without_a_class_is_background(arguments: dict[str, Any], tmp_path: Path) -> None:
    """COCO has such images: every map of their own labels is background."""
    rows = arguments["index"].read_text().splitlines()
    emptied = [row.rpartition(",")[0] + "," if ",val," in row else row for row in rows]
    arguments["index"].write_text("\n".join(emptied))
    manifest = read_json(arguments["manifest"])
    for record in read_index(arguments["index"], "val", CLASSES):
        path = tmp_path / f"{record.id}.png"
        write_index_png(path, np.zeros((record.height, record.width), dtype=np.uint8))
        for entry in manifest["files"]:
            entry["sha256"] = sha256(tmp_path / entry["name"])
    write_json(arguments["manifest"], manifest)
    found = validate(**arguments, split="val")
    assert found["f1"] == 0
    for kind in ("cam", "aux_cam", "lam", "fused"):
        assert found["miou"][kind] == 100


def test_shards_change_nothing(arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "TOGETHER", 1)
    found = []
    for shards in (1, 2, 3, 5):
        found.append(validate(**{**arguments, "threads": shards}, split="train_aug"))
    assert found == [found[0]] * 4
