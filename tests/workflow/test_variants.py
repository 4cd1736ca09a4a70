"""Runs of other kinds: a given checkpoint, the best on held-out images, components left out."""

import json
from pathlib import Path
from typing import Any

import torch
import yaml

from methods.data.files import sha256
from tests.workflow.projects import Project


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def some_protocols(project: Project, *names: str) -> dict[str, Any]:
    """A few of the protocols of the tiny run: the others ask for many jobs of the same kinds."""
    experiment = yaml.safe_load((project.folder / "experiments/tiny.yaml").read_text("utf-8"))
    return {name: experiment["runs"]["more"]["protocols"][name] for name in names}


def write_experiment(project: Project, name: str, content: dict[str, Any]) -> Path:
    """An experiment that builds on the tiny one; return the folder of its results."""
    file = project.folder / f"experiments/{name}.yaml"
    file.write_text(yaml.safe_dump({"extends": "tiny", **content}), encoding="utf-8")
    return project.folder / "results" / name


def test_given_checkpoint_is_scored_like_the_run_it_comes_from(project: Project) -> None:
    """The same weights in the published program's format give the same numbers, untrained."""
    run = project.results / "more/seed0"
    chosen = read(run / "checkpoint.json")
    weights = torch.load(project.folder / chosen["path"], weights_only=True)
    given = project.folder / "theirs.pth"
    torch.save({f"module.{key}": value for key, value in weights.items()}, given)
    checkpoint = {"rule": "file", "path": "theirs.pth", "sha256": sha256(given)}
    protocols = some_protocols(project, "multiscale", "crf", "cam", "lam_crf", "lam_decoder")
    runs = {"more": {"checkpoint": checkpoint, "protocols": protocols}}
    results = write_experiment(project, "given", {"seeds": [0, 1], "runs": runs})

    arguments = ("--config", "experiment=given")
    planned = project.planned(*arguments)
    assert not {"train_model", "validate_checkpoint"} & planned.keys()
    assert planned["select_checkpoint"] == 1  # a second seed would change nothing
    done = project.snakemake("report", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    metrics = list((results / "more/seed0/metrics").glob("*.*.json"))
    assert len(metrics) == len(protocols)
    for file in metrics:
        scored = read(file)
        trained = read(run / "metrics" / file.name)
        assert scored["confusion_matrix"] == trained["confusion_matrix"], file.name
        assert scored["protocol"]["checkpoint_rule"] == "file"
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "alibration" in page
    assert checkpoint["sha256"] in page

    given.write_bytes(given.read_bytes() + b"0")
    refused = project.snakemake("report", *arguments, "--forcerun", "select_checkpoint")
    assert "theirs.pth: found sha256" in refused.stderr


def test_ablation_with_the_checkpoint_that_is_best_on_held_out_images(project: Project) -> None:
    held_out = {"split": "train", "images": 5, "seed": 0}
    decoder = {"map": "decoder", "split": "val", "scales": [1.0], "flip": True}
    seed = {"map": "lam", "split": "rest", "scales": [1.0], "flip": True, "labels": "given"}
    best = {
        "train_split": "train_kept",
        "checkpoint": {"rule": "best", "split": "held_out"},
        "protocols": {
            "multiscale": decoder,
            "crf": {**decoder, "crf": True},
            "lam_crf": {**seed, "crf": True},
        },
    }
    runs = {
        "more": best,
        "no_cre": {"like": "more", "training": {"losses": {"cre": 0}}},
    }
    content = {
        "datasets": {"shapes": {"held_out": held_out}},
        "runs": runs,
        "ablation": {"full": "more", "protocol": "crf", "split": "val"},
    }
    results = write_experiment(project, "parts", content)
    done = project.snakemake("report", "--config", "experiment=parts")
    assert done.returncode == 0, done.stdout + done.stderr

    splits = read(results / "data/shapes/manifest.json")["splits"]
    counts = {name: splits[name]["count"] for name in ("held_out", "train_kept", "rest")}
    assert counts == {"held_out": 5, "train_kept": 19, "rest": 9}
    for run in runs:
        chosen = read(results / run / "seed0/checkpoint.json")
        scores = {
            iteration: read(results / run / f"seed0/validation/held_out.{iteration}.json")
            for iteration in (3, 6)
        }
        assert all(s["coverage"] == {"evaluated": 5, "expected": 5} for s in scores.values())
        seeds = read(results / run / "seed0/metrics/rest.lam_crf.json")
        assert seeds["coverage"] == {"evaluated": 9, "expected": 9}
        highest = max(score["miou"]["decoder"] for score in scores.values())
        assert chosen["miou"] == highest == scores[chosen["iteration"]]["miou"]["decoder"]
        resolved = yaml.safe_load((results / run / "seed0/resolved.yaml").read_text("utf-8"))
        assert resolved["derived"]["training_images"] == 19
    assert (results / "report/ablation.csv").is_file()
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "LAM" in page
    assert "was chosen by the masks of 5 images (held_out)" in page


CLAIM = {
    "registered": "2026-11-24, for a test",
    "claims": [
        {
            "id": "on-the-server",
            "statement": "The server says 10.",
            "source": "A test.",
            "quantity": {"run": "more", "split": "test", "protocol": "crf", "metric": "miou"},
            "published": {
                "value": 10.0,
                "tolerance": 1.0,
                "kind": "report",
                "where": "here",
                "dataset": "any",
                "stage": "any",
                "protocol": "any",
                "maybe_maximum": False,
                "allows": ["*"],  # it is not the authors'
            },
        }
    ],
}


def test_test_set_is_not_evaluated_before_the_receipt_of_its_package(project: Project) -> None:
    claims = project.folder / "claims/server.yaml"
    claims.write_text(yaml.safe_dump(CLAIM), encoding="utf-8")
    content = {
        "claims": ["claims/server.yaml"],
        "receipts": "receipts/server.yaml",
        "runs": {"more": {"protocols": some_protocols(project, "multiscale", "crf")}},
    }
    results = write_experiment(project, "served", content)
    arguments = ("--config", "experiment=served")

    def verdict() -> dict[str, Any]:
        done = project.snakemake("report", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        (entry,) = read(results / "verdicts.json")["verdicts"]
        return dict(entry)

    before = verdict()
    assert before["status"] == "not evaluated"
    assert "package ready" in before["reason"]

    package = read(results / "more/seed0/submission/package.json")
    assert package["images"] == 5
    classes = ["background", *read(results / "more/seed0/metrics/val.crf.json")["classes"][1:]]
    receipt = {
        "url": "https://server.example/anonymous/ABC.html",
        "date": "2026-11-20",
        "package_sha256": package["sha256"],
        "per_class": dict.fromkeys(classes, 10.5),
        "mean": 10.5,
    }
    file = project.folder / "receipts/server.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump([receipt]), encoding="utf-8")
    assert project.planned(*arguments) == {
        "check_receipts": 1,
        "judge_claims": 1,
        "render_report": 1,
        "write_crate": 1,
    }
    after = verdict()
    assert (after["status"], after["value"]) == ("consistent", 10.5)

    receipt["package_sha256"] = "0" * 64
    file.write_text(yaml.safe_dump([receipt]), encoding="utf-8")
    refused = project.snakemake("report", *arguments)
    assert refused.returncode != 0
    assert "0" * 64 in refused.stderr
