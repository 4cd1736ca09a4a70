"""Dumping logits and class maps."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from methods.cdtr.inference import load_model, predict_class_maps
from methods.cdtr.network import CDTR, class_maps
from methods.cdtr.settings import NetworkSettings
from methods.cdtr.weights import save_checkpoint
from methods.data.centre_crop import CentreCrop
from methods.data.files import sha256
from methods.data.images import read_rgb
from methods.data.predictions import read_predictions
from methods.data.transforms import normalise
from methods.errors import InputError
from methods.settings import build
from tests.unit.small_cdtr_run import CLASSES, IMAGES, small_run, write_images


@pytest.fixture
def model() -> CDTR:
    torch.manual_seed(1)
    model = CDTR(build(NetworkSettings, small_run()["network"]), len(CLASSES))
    for module in model.modules():  # statistics that differ from a batch's
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.fixture
def arguments(tmp_path: Path, model: CDTR) -> dict:
    save_checkpoint(tmp_path / "model.pt", model)
    return {
        "run": small_run(),
        "classes": CLASSES,
        "checkpoint": tmp_path / "model.pt",
        "index": write_images(tmp_path),
        "images": tmp_path,
        "split": "train",
        "output": tmp_path / "out",
        "device": "cpu",
        "threads": 1,
    }


def test_stored_arrays_are_those_of_each_image_alone(
    arguments: dict, model: CDTR, tmp_path: Path
) -> None:
    predict_class_maps(**arguments)
    index = read_predictions(tmp_path / "out" / "index.json")
    assert len(index.items) == IMAGES - 2
    view = CentreCrop(resize=72, image_size=64)
    for number, item in enumerate(index.items):
        stored = np.load(index.path(item))
        image = normalise(view.image(read_rgb(tmp_path / f"{item.id}.png")))[None]
        with torch.inference_mode():
            output = model(image)
            every = class_maps(output)[0].numpy()
        np.testing.assert_allclose(stored["logits"], output.logits[0], rtol=1e-4, atol=1e-6)
        predicted, true = stored["classes"]
        assert predicted == output.logits[0].argmax()
        assert true == number % len(CLASSES)
        np.testing.assert_allclose(stored["maps"], every[[predicted, true]], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(stored["attention"], output.attention[0], rtol=1e-4, atol=1e-6)
        assert {key: (stored[key].dtype, stored[key].shape) for key in stored.files} == {
            "logits": (np.float32, (3,)),
            "classes": (np.int64, (2,)),
            "maps": (np.float32, (2, 4, 4)),
            "attention": (np.float32, (4, 4)),
        }


def test_index_says_how_the_maps_came_about(arguments: dict, tmp_path: Path) -> None:
    predict_class_maps(**{**arguments, "split": "test"})
    index = read_predictions(tmp_path / "out" / "index.json")
    assert [item.id for item in index.items] == ["00013", "00014"]
    assert (index.items[1].height, index.items[1].width) == (72 + 13, 80)
    assert index.source == {
        "image_size": 64,
        "resize": 72,
        "precision": "fp32",
        "checkpoint_sha256": sha256(tmp_path / "model.pt"),
    }


def test_encoder_computes_at_the_precision_of_the_inference(
    arguments: dict, tmp_path: Path
) -> None:
    predict_class_maps(**arguments)
    low = {**arguments["run"], "inference": {**small_run()["inference"], "precision": "bf16"}}
    predict_class_maps(**{**arguments, "run": low, "output": tmp_path / "low"})
    first, second = (
        np.load(tmp_path / folder / "maps/00001.npz")["logits"] for folder in ("out", "low")
    )
    assert not np.array_equal(first, second)
    np.testing.assert_allclose(first, second, rtol=0.1, atol=0.01)


def test_value_that_is_not_finite_is_refused(arguments: dict, model: CDTR, tmp_path: Path) -> None:
    with torch.no_grad():
        model.head.bias[1] = torch.nan
    save_checkpoint(tmp_path / "model.pt", model)
    with pytest.raises(InputError, match=r"00001\.npz: found .*logits"):
        predict_class_maps(**arguments)
    assert not (tmp_path / "out" / "index.json").exists()
    assert not (tmp_path / "out" / "maps" / "00001.npz").exists()


def test_checkpoint_of_another_network_is_refused(arguments: dict) -> None:
    with pytest.raises(InputError, match=r"model\.pt: found"):
        load_model(arguments["run"], (*CLASSES, "fourth"), arguments["checkpoint"])


def test_missing_and_broken_images_are_one_sentence(arguments: dict, tmp_path: Path) -> None:
    (tmp_path / "00003.png").write_bytes((tmp_path / "00003.png").read_bytes()[:-100])
    with pytest.raises(InputError, match=r"00003\.png: found"):
        predict_class_maps(**arguments)
    (tmp_path / "00003.png").unlink()
    with pytest.raises(InputError, match=r"00003\.png: found no such file"):
        predict_class_maps(**arguments)


def test_image_of_two_classes_is_refused(arguments: dict) -> None:
    text = arguments["index"].read_text()
    arguments["index"].write_text(text.replace(f",{CLASSES[1]}\n", f",{CLASSES[1]}|{CLASSES[2]}\n"))
    with pytest.raises(
        InputError, match="labels of image 00002: found 2 classes, expected exactly"
    ):
        predict_class_maps(**arguments)


def test_grey_images_have_three_equal_channels(arguments: dict, tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (72, 80), dtype=np.uint8)
    Image.fromarray(grey).save(tmp_path / "00001.png")
    predict_class_maps(**arguments)
    first = np.load(tmp_path / "out/maps/00001.npz")["logits"]
    Image.fromarray(np.repeat(grey[:, :, None], 3, axis=2)).save(tmp_path / "00001.png")
    predict_class_maps(**arguments)
    assert np.array_equal(first, np.load(tmp_path / "out/maps/00001.npz")["logits"])
