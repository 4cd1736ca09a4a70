"""What the settings of experiments/earlier_run.yaml itself come to."""

from pathlib import Path
from typing import Any

import pytest

from methods.cdtr.training import resolve
from methods.configuration.experiments import read_experiment
from methods.data.manifest import write_index

PROJECT = Path(__file__).parents[2]
EXPERIMENT = read_experiment(PROJECT, "earlier_run")
CUB = EXPERIMENT["datasets"]["cub"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many images of train as CUB has."""
    path = tmp_path_factory.mktemp("cub") / "index.csv"
    facts = {"width": 500, "height": 375, "mode": "RGB", "splits": "train"}
    names = [f"{number:05d}" for number in range(CUB["splits"]["train"])]
    write_index(
        path,
        [
            {"id": name, "image": f"{name}.jpg", **facts, "labels": CUB["classes"][number % 200]}
            for number, name in enumerate(names)
        ],
    )
    return path


def derived(index: Path, name: str) -> dict[str, Any]:
    run = EXPERIMENT["runs"][name]
    resolved = resolve(run=run, classes=CUB["classes"], index=index, seed=0, device="cpu")
    found: dict[str, Any] = resolved["derived"]
    return found


def test_the_re_run_rises_to_its_floor_on_the_same_third_of_the_images(index: Path) -> None:
    found = derived(index, "earlier")
    assert found["training_images"] == 5994
    assert (found["global_batch"], found["iterations"]) == (32, 50 * 184)
    assert found["peak_lr"] == pytest.approx(3.125e-6)
    rates = list(found["learning_rates"].values())
    assert len(rates) == 50
    assert rates[6] == pytest.approx(3.3e-6, rel=0.01)  # the first behind the warm-up
    assert rates[1:] == sorted(rates[1:])
    assert rates[-1] == found["highest_lr"] == pytest.approx(1e-5, rel=0.01)
    assert found["distinct_images_after"] == dict.fromkeys((1, 3, 6, 11, 50), 1963)


def test_the_authors_settings_fall_to_the_floor_on_all_images(index: Path) -> None:
    found = derived(index, "cdtr")
    assert (found["global_batch"], found["iterations"]) == (512, 110 * 11)
    assert found["peak_lr"] == pytest.approx(5e-5)
    rates = list(found["learning_rates"].values())
    assert rates[6:] == sorted(rates[6:], reverse=True)
    assert rates[-1] == pytest.approx(1e-5, rel=0.01)
    assert found["distinct_images_after"] == {1: 1878, 3: 4039, 6: 5347, 11: 5898, 110: 5994}


@pytest.mark.parametrize(
    ("name", "peak", "distinct", "epochs"),
    [
        ("frozen_sampler", 5e-5, 1878, 110),
        ("low_rate", 3.125e-6, 5994, 110),
        ("short", 5e-5, 5994, 50),
        ("small_batch", 5e-5, 5994, 110),
    ],
)
def test_each_run_has_one_of_the_deviations(
    index: Path, name: str, peak: float, distinct: int, epochs: int
) -> None:
    found = derived(index, name)
    assert found["peak_lr"] == pytest.approx(peak)
    assert found["distinct_images_seen"] == distinct
    assert len(found["learning_rates"]) == epochs
    assert found["global_batch"] == (32 if name == "small_batch" else 512)
