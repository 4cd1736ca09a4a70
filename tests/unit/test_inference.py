"""Dumping logits and localization maps."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import interpolate
from torch.nn.modules.module import register_module_forward_hook

from methods.data.image_index import read_index
from methods.data.images import read_rgb
from methods.data.predictions import read_predictions
from methods.data.transforms import normalise
from methods.errors import InputError
from methods.more import inference
from methods.more.inference import load_model, predict_logits, predict_maps
from methods.more.localization import multi_scale_maps
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.more.weights import save_checkpoint
from methods.postprocess.fusion import fuse_maps, maps_key
from methods.settings import build
from methods.vit import VisionTransformer
from tests.unit.small_run import CLASSES, small_run, write_images


@pytest.fixture
def model() -> MoRe:
    torch.manual_seed(1)
    return MoRe(build(NetworkSettings, small_run()["network"]), len(CLASSES))


@pytest.fixture
def arguments(tmp_path: Path, model: MoRe) -> dict:
    save_checkpoint(tmp_path / "model.pt", model)
    return {
        "run": small_run(),
        "classes": CLASSES,
        "checkpoint": tmp_path / "model.pt",
        "index": write_images(tmp_path),
        "images": tmp_path,
        "output": tmp_path / "out",
        "device": "cpu",
        "threads": 1,
    }


def square(path: Path, side: int) -> torch.Tensor:
    image = normalise(read_rgb(path))[None]
    return interpolate(image, (side, side), mode="bilinear", align_corners=False)


def test_logits_are_those_of_the_image_and_of_its_mirror_image(
    arguments: dict, model: MoRe, tmp_path: Path
) -> None:
    predict_logits(**arguments, split="val", scales=[0.84, 1.0], resize="square")
    index = read_predictions(tmp_path / "out" / "index.json")
    assert [item.id for item in index.items] == ["2012_000004", "2012_000005"]
    assert (index.items[0].height, index.items[0].width) == (56, 68)
    stored = np.load(index.path(index.items[0]))
    assert stored["scale_0.84"].shape == (2, 4, 5, 5)
    for plain, scale, side in (("scale_1", 1.0, 48), ("scale_0.84", 0.84, 40)):
        image = square(tmp_path / "2012_000004.jpg", side)
        with torch.inference_mode():
            expected = [model(x).seg_logits[0].numpy() for x in (image, image.flip(-1))]
        np.testing.assert_allclose(stored[plain], expected, atol=1e-5, err_msg=str(scale))


def test_fused_maps_equal_the_cams_of_training(
    arguments: dict, model: MoRe, tmp_path: Path
) -> None:
    predict_maps(**arguments, split="train_aug", scales=[0.5, 1.0])
    index = read_predictions(tmp_path / "out" / "index.json")
    records = {r.id: r for r in read_index(tmp_path / "index.csv", "train_aug", CLASSES)}
    assert len(index.items) == 4
    for item in index.items:
        stored = np.load(index.path(item))
        classes = stored["classes"]
        given = np.flatnonzero(records[item.id].labels)
        assert np.array_equal(classes[stored["given"]], given)
        image = square(tmp_path / f"{item.id}.jpg", 48)
        maps = multi_scale_maps(model, image, (1.0, 0.5), with_lam=True)
        for kind, expected in zip(("cam", "aux_cam", "lam"), maps, strict=True):
            assert expected is not None
            fused = fuse_maps(stored, kind, [1.0, 0.5], 48, (48, 48))
            np.testing.assert_allclose(fused, expected[0, classes].numpy(), atol=2e-4)


def test_raw_maps_are_those_of_each_image_and_of_its_mirror_image(
    arguments: dict, model: MoRe, tmp_path: Path
) -> None:
    predict_maps(**arguments, split="val", scales=[1.0, 0.5])
    for item in (index := read_predictions(tmp_path / "out" / "index.json")).items:
        stored = np.load(index.path(item))
        image = square(tmp_path / f"{item.id}.jpg", 48)
        for scale, side in ((1.0, 48), (0.5, 24)):
            view = interpolate(image, (side, side), mode="bilinear", align_corners=False)
            for row, shown in enumerate((view, view.flip(-1))):
                with torch.inference_mode():
                    maps = model.forward_cams(shown, with_lam=True)
                for kind, expected in zip(("cam", "aux_cam", "lam"), maps, strict=True):
                    found = stored[maps_key(kind, scale)][row]
                    wanted = expected[0, stored["classes"]].numpy()
                    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_the_plain_image_passes_the_network_once(
    arguments: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two images, each: 1 and its mirror image at scale 1, both together at scale 0.5."""
    # The passes of forks are not seen here.
    monkeypatch.setattr(inference, "forks", lambda device, threads: 0)
    passes: list[tuple[int, ...]] = []

    def record(module: nn.Module, images: tuple[torch.Tensor, ...], _: object) -> None:
        if isinstance(module, VisionTransformer):
            passes.append(tuple(images[0].shape))

    hook = register_module_forward_hook(record)
    try:
        predict_maps(**arguments, split="val", scales=[0.5, 1.0])
    finally:
        hook.remove()
    of_one = [(1, 3, 48, 48), (2, 3, 24, 24), (1, 3, 48, 48)]
    assert passes == 2 * of_one


def test_a_view_in_proportion_has_whole_patches(arguments: dict, tmp_path: Path) -> None:
    predict_logits(**arguments, split="val", scales=[1.0], resize="aspect")
    index = read_predictions(tmp_path / "out" / "index.json")
    # 56x68 pixels as 48 * 48: 43.6 by 52.9, so 5 by 7 patches of 8
    assert np.load(index.path(index.items[0]))["scale_1"].shape == (2, 4, 5, 7)


def test_predicted_classes_stand_beside_the_given_ones(
    arguments: dict, model: MoRe, tmp_path: Path
) -> None:
    predict_maps(**arguments, split="val", scales=[1.0])
    index = read_predictions(tmp_path / "out" / "index.json")
    for item in index.items:
        stored = np.load(index.path(item))
        with torch.inference_mode():
            output = model(square(tmp_path / f"{item.id}.jpg", 48))
        by_logits = np.flatnonzero(output.class_logits[0].numpy() > 0)
        assert len(by_logits) > 0
        assert np.array_equal(stored["classes"][stored["logits"]], by_logits)
        counts = np.bincount(output.seg_logits[0].argmax(0).numpy().ravel(), minlength=4)
        by_decoder = np.flatnonzero(counts[1:] >= 4)
        expected = by_decoder if len(by_decoder) else by_logits
        assert np.array_equal(stored["classes"][stored["decoder"]], expected)


def test_the_network_is_loaded_as_the_run_s_inference_wants_it(arguments: dict) -> None:
    run = arguments["run"]
    run["inference"] |= {"precision": "bf16", "tf32": True}
    run["formulation"] = {"gcr": "without"}
    model = load_model(run, CLASSES, arguments["checkpoint"])
    assert model.precision == "bf16"
    assert model.formulation.gcr == "without"
    assert not model.training
    assert torch.backends.cuda.matmul.allow_tf32
    run["inference"]["tf32"] = False
    load_model(run, CLASSES, arguments["checkpoint"])
    assert not torch.backends.cuda.matmul.allow_tf32


def test_logits_that_are_not_finite_are_refused(
    arguments: dict, model: MoRe, tmp_path: Path
) -> None:
    with torch.no_grad():
        model.decoder.conv8.weight[0, 0] = float("nan")
    save_checkpoint(tmp_path / "model.pt", model)
    with pytest.raises(
        InputError, match=r"2012_000004\.npz: found \d+ of \d+ values of scale_0.84"
    ):
        predict_logits(**arguments, split="val", scales=[0.84, 1.0], resize="square")
    assert not list((tmp_path / "out").rglob("*.npz"))
    assert not (tmp_path / "out" / "index.json").exists()


def test_an_unknown_split_is_refused(arguments: dict) -> None:
    with pytest.raises(InputError, match=r"index\.csv: found no image of split 'test'"):
        predict_logits(**arguments, split="test", scales=[1.0], resize="square")
