"""The configuration is refused where it contradicts itself, in one sentence that says where."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from methods.configuration.checks import NO_RUN_NAMES
from methods.configuration.loading import load_configuration
from methods.data.appearance import CLASS_APPEARANCES
from methods.errors import InputError
from methods.yaml_files import read_yaml
from tests.unit.small_project import PROJECT, copy_project, load_changed


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the configuration consists of, in a folder that a test may change."""
    monkeypatch.chdir(tmp_path)
    return copy_project(tmp_path)


def sentence(project: Path, overrides: Mapping[str, Any]) -> str:
    with pytest.raises(InputError) as raised:
        load_configuration(project, overrides)
    return str(raised.value)


@pytest.mark.parametrize("name", [path.stem for path in PROJECT.glob("experiments/*.yaml")])
def test_experiments_of_the_project_are_valid(project: Path, name: str) -> None:
    configuration = load_configuration(project, {"experiment": name})
    assert configuration.name == name
    assert configuration.results == Path("results") / name


def test_command_line_replaces_single_keys(project: Path, tmp_path: Path) -> None:
    disk = tmp_path / "a disk"
    overrides = {"storage": {"data": str(disk)}, "seeds": ["3", "4"]}
    configuration = load_configuration(project, overrides)
    assert configuration.data == disk
    assert configuration.weights == Path("weights")
    assert configuration.seeds == (3, 4)


def test_numbers_in_blocks_of_the_command_line_are_numbers(project: Path) -> None:
    states = {"minutes": "null", "iterations": "20"}
    configuration = load_configuration(project, {"states": states, "storage": {"data": "7"}})
    assert (configuration.states["minutes"], configuration.states["iterations"]) == (None, 20)
    assert configuration.data == Path("7")


def test_experiment_gives_the_seeds_unless_the_configuration_does(project: Path) -> None:
    assert load_configuration(project, {"experiment": "paper"}).seeds == (0, 1, 2)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"devise": "cpu"}, "the unknown key 'devise', expected 'device'"),
        ({"experiment": "papre"}, "expected 'paper'"),
        ({"experiment": "../mini"}, "experiment: found '../mini'"),
        ({"device": "tpu"}, "device: found 'tpu', expected one of auto, cpu, cuda"),
        ({"seeds": [0, 0]}, "seeds: found 0 twice"),
        ({"seeds": []}, "seeds: found 0 entries, expected at least 1 entries"),
        ({"seeds": 3}, "expected a list or null"),
        ({"storage": {"results": "a{b}"}}, "storage.results: found 'a{b}'"),
        ({"storage": {"results": "a\n"}}, r"storage.results: found 'a\n'"),
        ({"storage": {"data": "~nosuchuser/x"}}, "'~nosuchuser/x', whose user is unknown"),
        ({"experiment": "mini\n"}, r"experiment: found 'mini\n', expected text that matches"),
    ],
)
def test_config_is_refused(project: Path, overrides: Mapping[str, Any], said: str) -> None:
    assert said in sentence(project, overrides)


MORE = "runs.more"
TRAINING = "runs.more.training"
CRF = "runs.more.protocols.crf"
CAM = "runs.more.protocols.cam"
ABLATION = {"full": "more", "protocol": "crf", "split": "val"}
LOG = {"file": "claims/reference/more_training_log.csv", "dataset": "voc"}
CLASS_LOG = {**LOG, "classes": "claims/reference/more_class_log.csv"}
HELD_OUT = {"split": "train", "images": 20, "seed": 0}


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
        (f"{TRAINING}.augmentation.crop", 8, "window: found 3 on a grid of 1x1 patches"),
        (f"{TRAINING}.losses.ure_selection.window", 14, "found 14 on a grid of 14x14 patches"),
        (f"{TRAINING}.augmentation.scale", [1.0, 0.3], "the smaller value first"),
        (f"{TRAINING}.pseudo_labels.refine", {"high": 0.2, "low": 0.3}, "found 0.3 above 0.2"),
        (f"{MORE}.inference.image_size", 100, "inference.image_size: found 100"),
        (f"{CRF}.scales", [-1.0, 1.0], "expected more than 0"),
        (f"{CRF}.scales", [1.0, 1.0000001], "the scales 1.0 and 1.0000001"),
        (f"{CRF}.scales", [1.0, 1e300], "expected at most 16"),
        (f"{CRF}.scales", [1.0, 0.87], "0.87, which makes an image of 112 pixels 97"),
        (f"{CRF}.scales", [1.0, 0.05], "a positive multiple of patch_size = 8"),
        (f"{CRF}.split", "test", "whose labels only the evaluation server has"),
        (f"{MORE}.train_split", "test", "whose labels only the evaluation server has"),
        (f"{CRF}.split", "vall", "expected 'val'"),
        (f"{CRF}.labels", "given", "protocols.crf.labels: found this key"),
        (f"{CRF}.map", "lam", "the key 'labels'"),
        (f"{CAM}.scales", [1.05, 1.0], "cam.scales: found 1.05, which"),
        (f"{CAM}.labels", None, "the key 'labels'"),
        (f"{CAM}.labels", "gven", "expected one of given, logits, decoder"),
        (f"{CAM}.resize", "aspect", "protocols.cam.resize: found this key"),
        (f"{CAM}.crf", True, "protocols.cam.background: found this key"),
        (f"{CAM}.threshold_source", "publised", "expected 'published'"),
        (f"{CAM}.threshold_source", None, "expected the key 'threshold_source'"),
        (f"{MORE}.formulation", {"lam": "cosine"}, "expected one of program, paper"),
        (f"{TRAINING}.pseudo_labels.cam_scales", [1.0, 0.75], "found 0.75, which"),
        (f"{TRAINING}.batch_size", 241, "at most the 240 images of train_aug"),
        (f"{MORE}.gpus", 3, "training.batch_size = 8 cannot be shared out evenly, expected a div"),
        (f"{MORE}.gpus", 0, "found 0, expected at least 1"),
        (f"{MORE}.network.width", 64, "128, as width of the weights 'mini-vit'"),
        (f"{MORE}.network.auxiliary_layer", 5, "one of 5 blocks"),
        (f"{MORE}.dataset", "shape", "expected 'shapes'"),
        (f"{MORE}.weights", "maxi", "expected one of mini-clip, mini-vit"),
        (f"{MORE}.method", "mor", "expected 'more'"),
        (f"{MORE}.checkpoint.rule", "bst", "expected one of last, iteration, best, file"),
        (f"{MORE}.checkpoint", {"rule": "best"}, "expected the key 'split'"),
        (f"{MORE}.checkpoint", {"rule": "best", "split": "held_out"}, "checkpoint.split: found"),
        (f"{MORE}.checkpoint", {"rule": "file", "path": "a.pth"}, "expected the key 'sha256'"),
        (f"{MORE}.checkpoint", {"rule": "iteration"}, "expected the key 'iteration'"),
        (f"{MORE}.checkpoint", {"rule": "last", "iteration": 100}, "with the rule 'last'"),
        (f"{MORE}.checkpoint", {"rule": "iteration", "iteration": 150}, "checkpoint.iteration"),
        (f"{MORE}.checkpoint", {"rule": "iteration", "iteration": 400}, "at most iterations = 300"),
        (f"{MORE}.train_split", "trian", "expected 'train"),
        (f"{MORE}.evaluation.curve_split", "vla", "curve_split: found 'vla'"),
        (f"{MORE}.evaluation.curve_split", "test", "whose labels only the evaluation server has"),
        (f"{CAM}.threshold_source", "test", "cam.threshold_source: found 'test', expected one of"),
        (f"{MORE}.submission.protocol", "cam_crf", "which reads given image labels, and test has"),
        (f"{MORE}.submission.protocol", "crg", "expected 'crf'"),
        (f"{MORE}.submission.split", "tset", "expected 'test'"),
        (f"{MORE}.gallery", [2012000161], "expected text; put it in quotes"),
        ("seeds", [1, 1], "found 1 twice"),
        ("claims", ["claims/nine.yaml"], "no file 'claims/nine.yaml'"),
        ("claims", [f"{'a' * 300}.yaml"], f"no file '{'a' * 300}.yaml'"),
        ("claims", ["../claims/mini.yaml"], "expected a path inside the project"),
        ("claims", [str(PROJECT / "claims/mini.yaml")], "expected a path inside the project"),
        ("receipts", "claims/server.yaml", "expected a path like receipts/<name>.yaml"),
        ("receipts", "receipts/../claims/a.yaml", "expected a path like receipts/<name>.yaml"),
        ("receipts", "/receipts/server.yaml", "expected a path like receipts/<name>.yaml"),
        ("receipts", "receipts/server.yml", "expected a path like receipts/<name>.yaml"),
        ("receipts", ".", "expected a path like receipts/<name>.yaml"),
        ("receipts", "receipts", "expected a path like receipts/<name>.yaml"),
        ("receipts", "receipts/2027/server.yaml", "receipts: found no folder 'receipts/2027'"),
        ("reference_log", {**LOG, "file": "claims/log.csv"}, "file: found no file 'claims/log.csv"),
        ("reference_log", {**LOG, "file": "../log.csv"}, "expected a path inside the project"),
        ("reference_log", {**LOG, "file": "claims/mini.yaml"}, "without a column `dataset`"),
        ("reference_log", {**LOG, "dataset": "vco"}, "found 'vco', which has no row in"),
        ("reference_log", {**LOG, "classes": "claims/a.csv"}, "classes: found no file 'claims/a.c"),
        ("reference_log", {**CLASS_LOG, "dataset": "coco"}, "no row in claims/reference/more_cl"),
        ("ablation", {**ABLATION, "full": "mor"}, "full: found 'mor', which is no run, expected"),
        ("ablation", {**ABLATION, "protocol": "crg"}, "'crg', which runs.more has not, expected"),
        ("ablation", {**ABLATION, "split": "train"}, "found 'train', expected 'val' as in runs.mo"),
        ("datasets.shapes.classes", ["bird", "background"], "which is label 0"),
        ("datasets.shapes.classes", ["bird", "_"], "found '_', expected text that matches"),
        ("datasets.shapes.classes", ["bird\n"], r"found 'bird\n', expected text that matches"),
        ("datasets.shapes.generated.size", [31, 96], "found 31, expected at least 32"),
        ("datasets.shapes.images", 301, "train + sbd + val + test = 320"),
        ("datasets.shapes.splits.val", 61, "val: 60, test: 20 as generated"),
        ("datasets.shapes.splits.rest", 9, "'rest', which means something else here"),
        ("datasets.shapes.splits.fixed", 9, "'fixed', which means something else here"),
        ("datasets.shapes.splits.held_out", 9, "'held_out', which means something else here"),
        ("datasets.shapes.splits.train_kept", 9, "'train_kept', which means something else here"),
        ("datasets.shapes.held_out", {**HELD_OUT, "split": "val"}, "held_out.split: found 'val'"),
        ("datasets.shapes.held_out", {**HELD_OUT, "split": "trian"}, "expected 'train'"),
        ("datasets.shapes.held_out", {**HELD_OUT, "images": 160}, "less than the 160 images of"),
        ("datasets.shapes.splits.test", 9, "found test: 9, train: 160"),
        (f"{MORE}.train_split", "train\n", r"found 'train\n', expected text that matches"),
        ("datasets.shapes.generated", None, "the key 'generated'"),
        ("datasets.shapes.source", "local", "expected the key 'archives'"),
        ("datasets.shapes.archives", [{"name": "a.tar"}], "shapes.archives: found this key"),
        ("datasets.shapes.splits.val", None, "the key 'val'"),
        ("weights.mini-vit.pretraining", None, "the key 'pretraining'"),
        ("weights.mini-vit.pretraining.warmup_iterations", 999, "less than iterations = 420"),
        ("weights.mini-vit.network.image_size", 100, "a multiple of patch_size = 8"),
    ],
)
def test_experiment_is_refused(project: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError, match=r"^experiments/mini\.yaml") as raised:
        load_changed(project, path, value)
    assert said in str(raised.value)


@pytest.mark.parametrize("name", NO_RUN_NAMES)
def test_run_is_not_named_as_a_part_of_the_results(project: Path, name: str) -> None:
    run = read_yaml(project / "experiments/mini.yaml")["runs"]["more"]
    with pytest.raises(InputError, match=f"runs: found the run '{name}', named as a part"):
        load_changed(project, "runs", {name: run})


def test_reserved_names_are_those_in_the_results() -> None:
    """Whatever a rule writes to results/<experiment> and is no run's is refused as its name."""
    rules = "".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("rules/*.smk"))
    written = set(re.findall(r"\{RESULTS\}/([a-z_.-]+)", rules))
    assert {"controls", "report.html"} <= written
    assert written <= {*NO_RUN_NAMES}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{run: more, split: val, protocol: crf", "{run: mor, split: val, protocol: crf", "'more'"),
        ("split: val, protocol: crf", "split: train, protocol: crf", "'val'"),
        ("split: val, protocol: crf", "split: val, protocol: lam", "'train'"),
        ("split: val, protocol: crf", "split: val, protocol: lam_cr", "'lam_crf'"),
        ("dataset: shapes, split: val", "dataset: shape, split: val", "'shapes'"),
        ("dataset: shapes, split: val", "dataset: shapes, split: train", "'val'"),
    ],
)
def test_claim_about_what_is_not_made_is_refused(
    project: Path, old: str, new: str, expected: str
) -> None:
    claims = project / "claims/mini.yaml"
    text = claims.read_text(encoding="utf-8")
    assert old in text
    claims.write_text(text.replace(old, new, 1), encoding="utf-8")
    said = sentence(project, {})
    assert said.startswith("experiments/mini.yaml, claims: found the claim '")
    assert expected in said.partition("expected")[2]


@pytest.mark.parametrize("name", ["a{b}", "}"])
def test_braces_in_the_path_of_the_project_are_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = project / name
    folder.mkdir()
    with pytest.raises(InputError, match="project folder: found .*a path without braces"):
        load_configuration(folder, {})
    monkeypatch.chdir(folder)
    assert sentence(project, {}).startswith(f"working directory: found {folder}, expected")


@pytest.mark.parametrize("iteration", [100, 200, 300])
def test_written_checkpoint_may_be_chosen(project: Path, iteration: int) -> None:
    checkpoint = {"rule": "iteration", "iteration": iteration}
    configuration = load_changed(project, f"{MORE}.checkpoint", checkpoint)
    assert configuration.experiment["runs"]["more"]["checkpoint"] == checkpoint


def test_last_iteration_is_a_checkpoint_between_the_regular_ones(project: Path) -> None:
    checkpoint = {"rule": "iteration", "iteration": 300}
    load_changed(project, f"{TRAINING}.checkpoint_every", 70)
    load_changed(project, f"{MORE}.checkpoint", checkpoint)


@pytest.mark.parametrize("window", [12, 13])
def test_window_may_fill_the_grid(project: Path, window: int) -> None:
    loaded = load_changed(project, f"{TRAINING}.losses.ure_selection.window", window)
    losses = loaded.experiment["runs"]["more"]["training"]["losses"]
    assert losses["ure_selection"]["window"] == window


def test_every_class_of_a_generated_data_set_can_be_drawn(project: Path) -> None:
    classes = [f"class{number}" for number in range(len(CLASS_APPEARANCES) + 1)]
    load_changed(project, "datasets.shapes.classes", classes[:-1])
    with pytest.raises(InputError, match=f"at most {len(CLASS_APPEARANCES)} entries"):
        load_changed(project, "datasets.shapes.classes", classes)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("train_split", "train"),
        ("evaluation.bootstrap", {"samples": 1000, "seed": 1}),
    ],
)
def test_runs_of_a_data_set_share_what_its_controls_take(
    project: Path, path: str, value: Any
) -> None:
    run = read_yaml(project / "experiments/mini.yaml")["runs"]["more"]
    load_changed(project, "runs.other", run)
    with pytest.raises(InputError, match=rf"runs\.other\.{path}: .* as in runs\.more, which"):
        load_changed(project, f"runs.other.{path}", value)


def test_runs_of_two_data_sets_may_differ(project: Path) -> None:
    experiment = read_yaml(project / "experiments/mini.yaml")
    load_changed(project, "datasets.more_shapes", experiment["datasets"]["shapes"])
    run = {**experiment["runs"]["more"], "dataset": "more_shapes", "train_split": "train"}
    assert "other" in load_changed(project, "runs.other", run).experiment["runs"]
