"""The real chain, from archives to the report, with tiny numbers and in a path with a blank."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from methods.data.files import sha256
from tests.workflow.projects import Project


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_link_of_the_chain_is_a_file(finished_chain: Project) -> None:
    run = finished_chain.results / "more/seed0"
    verdicts = read(finished_chain.results / "verdicts.json")["verdicts"]
    metrics = read(run / "metrics/val.crf.json")
    labels = read(run / "crf/val.crf/index.json")
    checkpoint = read(run / "checkpoint.json")
    done = read(run / "train/done.json")
    resolved = yaml.safe_load((run / "resolved.yaml").read_text(encoding="utf-8"))
    manifest = read(finished_chain.results / "data/shapes/manifest.json")
    card = read(finished_chain.results / "weights/tiny-vit.json")

    claimed = {entry["id"]: entry for entry in verdicts}
    assert claimed["mini-segmentation"]["value"] == metrics["miou"]
    assert labels["source"]["checkpoint_sha256"] == checkpoint["sha256"]
    assert checkpoint["sha256"] in [entry["sha256"] for entry in done["checkpoints"]]
    assert checkpoint["iteration"] == done["iterations"] == resolved["training"]["iterations"]
    assert resolved["derived"]["training_images"] == manifest["splits"]["train_aug"]["count"]
    assert card["name"] == resolved["weights"]
    assert (finished_chain.results / "report.html").stat().st_size > 10_000


def test_the_crate_describes_the_files_as_they_are(finished_chain: Project) -> None:
    results = finished_chain.results
    entities = read(results / "ro-crate-metadata.json")["@graph"]
    files = {entity["@id"]: entity for entity in entities if "sha256" in entity}
    assert all(sha256(results / file) == entity["sha256"] for file, entity in files.items())
    jobs = {entity["@id"]: entity for entity in entities if entity["@id"].startswith("#job-")}
    unnamed = {"write_crate.log", "confirm_rehearsal/more.log"}  # its own; no part of the results
    assert len(jobs) == len(logs_of(results)) - len(unnamed)
    assert all((results / "logs" / log).is_file() for log in unnamed)
    checkpoint = Path(read(results / "more/seed0/checkpoint.json")["path"]).name
    trained = [part["@id"] for part in jobs["#job-train_model-more.seed0"]["result"]]
    assert f"more/seed0/train/checkpoints/{checkpoint}" in trained
    assert jobs["#job-judge_claims"]["result"] == [{"@id": "verdicts.json"}]
    experiment = yaml.safe_load((results / "workflow/experiment.yaml").read_text(encoding="utf-8"))
    assert "more" in experiment["runs"]
    for name in ("reforms", "neurips"):
        with (results / f"report/{name}.csv").open(newline="", encoding="utf-8") as file:
            answers = [row["shown by"] for row in csv.DictReader(file)]
        assert {quote(answer) for answer in answers if answer} <= files.keys()
    locks = {path.name for path in (finished_chain.folder / "envs/locks").glob("*.txt")}
    assert {f"workflow/envs/locks/{name}" for name in locks} <= files.keys()


def test_every_score_covers_its_split(finished_chain: Project) -> None:
    scored = list(finished_chain.results.glob("more/seed0/metrics/*.*.json"))
    assert len(scored) == 18
    for path in scored:
        document = read(path)
        images = {"val": 12, "train": 14}[document["split"]]
        assert document["coverage"] == {"evaluated": images, "expected": images}
        assert document["protocol"]["checkpoint_rule"] == "last"
        assert len(document["protocol"]["checkpoint_sha256"]) == 64


def test_controls_score_what_is_known_beforehand(finished_chain: Project) -> None:
    folder = finished_chain.results / "controls/shapes"
    assert read(folder / "val.perfect.json")["miou"] == 100
    background = read(folder / "val.all_background.json")
    assert abs(background["miou"] - background["protocol"]["known_miou"]) < 1e-9


def test_mmsegmentation_agrees(finished_chain: Project) -> None:
    checked = read(finished_chain.results / "more/seed0/metrics/cross_check.json")
    decoder = ("raw", "multiscale", "crf", "aspect", "aspect_crf")
    assert set(checked["protocols"]) == {f"val.{protocol}" for protocol in decoder}
    assert all(abs(c["difference"]) <= 1e-6 for c in checked["protocols"].values())


def test_every_job_leaves_log_description_and_benchmark(finished_chain: Project) -> None:
    results = finished_chain.results
    logs = {path.relative_to(results / "logs").with_suffix("") for path in logs_of(results)}
    benchmarks = (results / "benchmarks").rglob("*.tsv")
    assert logs == {path.relative_to(results / "benchmarks").with_suffix("") for path in benchmarks}
    assert len(logs) == 63
    for log in logs_of(results):
        assert read(Path(f"{log}.job.json"))["log"] == str(log.relative_to(finished_chain.folder))


def logs_of(results: Path) -> list[Path]:
    return sorted((results / "logs").rglob("*.log"))


def test_second_call_does_nothing(finished_chain: Project) -> None:
    done = finished_chain.snakemake("report")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr


def test_script_runs_by_hand_from_its_description(project: Project) -> None:
    metrics = project.results / "more/seed0/metrics/val.raw.json"
    before = metrics.read_bytes()
    metrics.unlink()
    description = "results/tiny/logs/score_labels/more.seed0.val.raw.log.job.json"
    subprocess.run(
        [sys.executable, "-m", "workflow_scripts.score_labels", description],
        cwd=project.folder,
        check=True,
        timeout=120,
    )
    assert metrics.read_bytes() == before


def test_report_prints_the_verdicts_and_its_path(project: Project) -> None:
    (project.results / "report.html").unlink()
    done = project.snakemake("report")
    assert done.returncode == 0, done.stderr
    assert "perfect-control" in done.stdout
    assert str(project.results / "report.html") in done.stdout


def test_paper_experiment_is_planned_without_its_data(fresh_project: Project) -> None:
    rehearsed = fresh_project.planned("--config", "experiment=paper")
    assert (rehearsed["train_model"], rehearsed["sample_dataset"]) == (3 * 2 + 2, 2)
    planned = fresh_project.planned("--config", "experiment=paper", "rehearse=never")
    protocols = 19
    assert planned["fetch_archives"] == 2
    assert planned["fetch_weights"] == 3  # two backbones and the guide
    assert planned["train_model"] == 3 * 2
    assert planned["validate_checkpoint"] == 3 * 10
    assert planned["predict_segmentation"] == 3 * 3  # val as squares and in proportion, and test
    assert planned["predict_maps"] == 3 * 2
    assert planned["score_labels"] == 3 * protocols
    assert planned["package_submission"] == 3
    assert planned["predict_localization"] == 3 * 2  # test, and the held-out images
    assert planned["find_boxes"] == 3 * 3
    assert planned["choose_threshold"] == 3 * 2
    assert planned["score_boxes"] == 3 * 4
    assert (planned["score_control"], planned["score_box_control"]) == (3, 4)
    made = ("generate", "pretrain", "train_clip")
    assert not [rule for rule in planned if rule.startswith(made)]


def test_storage_may_lie_elsewhere(fresh_project: Project, tmp_path: Path) -> None:
    other = tmp_path / "another disk"
    storage = f"storage={{data: '{other}'}}"
    done = fresh_project.snakemake("data", "--config", storage)
    assert done.returncode == 0, done.stderr
    assert (other / "extracted/shapes/extraction.json").is_file()
    assert not (fresh_project.folder / "data").exists()
    assert (fresh_project.results / "data/shapes/manifest.json").is_file()
