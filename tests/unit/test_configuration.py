"""The configuration is refused where it contradicts itself, in one sentence that says where."""

import copy
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.configuration import Configuration, load_configuration
from methods.configuration_checks import check_experiment
from methods.errors import InputError
from methods.storage import require_writable
from methods.yaml_files import read_yaml

PROJECT = Path(__file__).parents[2]
OTHER_USER = 65534  # nobody


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the configuration consists of, in a folder that a test may change."""
    for part in ("claims", "experiments", "methods"):
        shutil.copytree(PROJECT / part, tmp_path / part)
    for part in ("config.yaml", "config.schema.yaml"):
        shutil.copy(PROJECT / part, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load_changed(project: Path, path: str, value: Any) -> Configuration:
    """Load with one value of mini.yaml changed; None deletes the key."""
    file = project / "experiments/mini.yaml"
    experiment = read_yaml(file)
    *blocks, key = path.split(".")
    block = experiment
    for name in blocks:
        block = block[name]
    if value is None:
        del block[key]
    else:
        block[key] = value
    file.write_text(yaml.safe_dump(experiment), encoding="utf-8")
    return load_configuration(project, {})


def sentence(project: Path, overrides: Mapping[str, Any]) -> str:
    with pytest.raises(InputError) as raised:
        load_configuration(project, overrides)
    return str(raised.value)


@pytest.mark.parametrize("name", ["mini", "paper"])
def test_experiments_of_the_project_are_valid(project: Path, name: str) -> None:
    configuration = load_configuration(project, {"experiment": name})
    assert configuration.name == name
    assert configuration.results == Path("results") / name


def test_command_line_replaces_single_keys(project: Path) -> None:
    overrides = {"storage": {"data": "/tmp/a disk"}, "seeds": ["3", "4"], "gpus": 2}
    configuration = load_configuration(project, overrides)
    assert configuration.data == Path("/tmp/a disk")
    assert configuration.weights == Path("weights")
    assert configuration.seeds == (3, 4)
    assert configuration.gpus == 2


def test_experiment_gives_the_seeds_unless_the_configuration_does(project: Path) -> None:
    assert load_configuration(project, {"experiment": "paper"}).seeds == (0, 1, 2)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"devise": "cpu"}, "the unknown key 'devise', expected 'device'"),
        ({"experiment": "papre"}, "expected 'paper'"),
        ({"experiment": "../mini"}, "experiment: found '../mini'"),
        ({"device": "tpu"}, "device: found 'tpu', expected one of auto, cpu, cuda"),
        ({"gpus": 0}, "gpus: found 0, expected at least 1"),
        ({"seeds": [0, 0]}, "seeds: found 0 twice"),
        ({"seeds": []}, "seeds: found 0 entries, expected at least 1 entries"),
        ({"seeds": 3}, "expected a list or null"),
        ({"storage": {"results": "a{b}"}}, "storage.results: found 'a{b}'"),
    ],
)
def test_config_is_refused(project: Path, overrides: Mapping[str, Any], said: str) -> None:
    assert said in sentence(project, overrides)


MORE = "runs.more"
TRAINING = "runs.more.training"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (f"{TRAINING}.iteration", 3, "training: found the unknown key 'iteration'"),
        (f"{TRAINING}.optimizer.lr", None, "found no such key, expected the key 'lr'"),
        (f"{TRAINING}.optimizer.lr", "high", "expected a number"),
        (f"{TRAINING}.optimizer.lr", float("nan"), "found nan, expected a finite number"),
        (f"{TRAINING}.schedule.floor", 0.5, "less than optimizer.lr = 0.0002"),
        (f"{TRAINING}.schedule.warmup_iterations", 300, "less than iterations = 300"),
        (f"{TRAINING}.losses.seg_start", 400, "losses.seg_start: found 400"),
        (f"{TRAINING}.losses.mask_switch", 300, "losses.mask_switch: found 300"),
        (f"{TRAINING}.checkpoint_every", 301, "at most iterations = 300"),
        (f"{TRAINING}.augmentation.crop", 100, "a multiple of patch_size = 8"),
        (f"{TRAINING}.augmentation.scale", [1.0, 0.3], "the smaller value first"),
        (f"{TRAINING}.pseudo_labels.refine", {"high": 0.2, "low": 0.3}, "found 0.3 above 0.2"),
        (f"{MORE}.inference.image_size", 100, "inference.image_size: found 100"),
        (f"{MORE}.inference.scales", [0.5, 2.0], "1.0 among the scales"),
        (f"{MORE}.inference.scales", [-1.0, 1.0], "expected more than 0"),
        (f"{MORE}.network.width", 64, "128, as width of the weights 'mini-vit'"),
        (f"{MORE}.network.auxiliary_layer", 5, "one of 5 blocks"),
        (f"{MORE}.dataset", "shape", "expected 'shapes'"),
        (f"{MORE}.weights", "maxi", "expected one of mini-vit"),
        (f"{MORE}.method", "mor", "expected 'more'"),
        (f"{MORE}.checkpoint.rule", "best", "expected one of last"),
        (f"{MORE}.train_split", "trian", "expected 'train"),
        (f"{MORE}.evaluation.segmentation_split", "train_aug", "which is trained on"),
        (f"{MORE}.evaluation.threshold_source", "train", "which is the split that is scored"),
        (f"{MORE}.gallery", [2012000161], "expected text; put it in quotes"),
        ("seeds", [1, 1], "found 1 twice"),
        ("claims", "claims/nine.yaml", "no file 'claims/nine.yaml'"),
        ("datasets.shapes.generated", None, "the key 'generated'"),
        ("datasets.shapes.source", "local", "none with the source chosen here"),
        ("datasets.shapes.splits.val", None, "the key 'val'"),
        ("weights.mini-vit.pretraining", None, "the key 'pretraining'"),
        ("weights.mini-vit.pretraining.warmup_iterations", 999, "less than iterations = 420"),
    ],
)
def test_experiment_is_refused(project: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError, match=r"^experiments/mini\.yaml") as raised:
        load_changed(project, path, value)
    assert said in str(raised.value)


def test_archive_of_the_user_needs_a_checksum() -> None:
    experiment = copy.deepcopy(read_yaml(PROJECT / "experiments/paper.yaml"))
    del experiment["datasets"]["voc2012"]["archives"][1]["md5"]
    with pytest.raises(InputError, match=r"no checksum of benchmark\.tgz"):
        check_experiment(experiment, PROJECT, "paper.yaml")


def test_yaml_reads_ids_as_text_and_exponents_as_numbers(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("id: 2007_000033\nlr: 1e-6\nn: 12\nyes: on\nt: true\n", encoding="utf-8")
    expected = {"id": "2007_000033", "lr": 1e-6, "n": 12, "yes": "on", "t": True}
    assert read_yaml(file) == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: 2\na: 3\n", "line 3: found the key 'a' a second time"),
        (b"a: [1, 2\nb: 3\n", "line 2: found"),
        (b"a: \xff\n", "found bytes that are not text"),
        (b"a: !!python/object/apply:os.getcwd []\n", "line 1: found"),
    ],
)
def test_broken_yaml_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_yaml(file)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_folder_that_can_be_made_is_accepted(tmp_path: Path) -> None:
    require_writable(tmp_path / "not/yet there", "storage.data")


def test_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="which is a file"):
        require_writable(tmp_path / "file/results", "storage.results")


def test_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    user = os.geteuid()
    if user == 0:  # root may write anywhere
        for folder in tmp_path.parents[:-2]:
            folder.chmod(0o755)
        os.seteuid(OTHER_USER)
    try:
        with pytest.raises(InputError, match="which is read-only"):
            require_writable(tmp_path / "results", "storage.results")
    finally:
        os.seteuid(user)
