"""The chain of a localization run, from archives to the report, in a path with a blank."""

import html
from typing import Any

import pytest
import yaml

from methods.data.files import read_json
from tests.workflow.projects import Project

SPLITS = {"train": 12, "test": 9, "cubv2": 6}
PROTOCOLS = {"released": "program", "strict": "program"} | dict.fromkeys(
    ("honest", "oracle"), "wsolevaluation"
)
CONTROLS = ("perfect", "full_image", "centre_box", "colour")
BOXES = ("cubv2.wsolevaluation", "test.program", "test.wsolevaluation")


@pytest.fixture
def metrics(finished_birds: Project) -> dict[str, dict[str, Any]]:
    """The scores of every protocol."""
    folder = finished_birds.results / "cdtr/seed0/metrics"
    return {name: read_json(folder / f"test.{name}.json") for name in PROTOCOLS}


def test_every_link_of_the_chain_is_a_file(
    finished_birds: Project, metrics: dict[str, dict[str, Any]]
) -> None:
    results = finished_birds.results
    run = results / "cdtr/seed0"
    boxes = read_json(run / "boxes/test.program/index.json")
    predictions = read_json(run / "predictions/test/index.json")
    checkpoint = read_json(run / "checkpoint.json")
    done = read_json(run / "train/done.json")
    resolved = yaml.safe_load((run / "resolved.yaml").read_text(encoding="utf-8"))
    manifest = read_json(results / "data/birds/manifest.json")

    for verdict in read_json(results / "verdicts.json")["verdicts"]:
        named, minus = verdict["quantity"], verdict["minus"]
        if named.get("run") == "cdtr":
            value = metrics[named["protocol"]][named["metric"]]
            if minus is not None:
                control = read_json(results / f"controls/birds/test.{minus['control']}.json")
                value -= control[minus["metric"]]
            assert verdict["value"] == pytest.approx(value), verdict["id"]
    assert boxes["source"] == {**predictions["source"], "box": "program"}
    assert predictions["source"]["checkpoint_sha256"] == checkpoint["sha256"]
    assert checkpoint["sha256"] == done["checkpoints"][-1]["sha256"]
    assert checkpoint["iteration"] == done["iterations"] == resolved["derived"]["iterations"] == 6
    assert resolved["derived"]["training_images"] == manifest["splits"]["train"]["count"]
    for key in ("weights", "guide"):
        assert read_json(results / f"weights/{resolved[key]}.json")["name"] == resolved[key]
    assert (results / "report.html").stat().st_size > 10_000


def test_the_run_leaves_these_files_and_no_others(finished_birds: Project) -> None:
    run = finished_birds.results / "cdtr/seed0"
    found = {path.relative_to(run).as_posix() for path in run.rglob("[!.]*") if path.is_file()}
    expected = {"resolved.yaml", "checkpoint.json", "train/done.json", "train/journal.csv"}
    expected |= {f"train/checkpoints/iteration_00000{number}.pt" for number in (3, 6)}
    for name in PROTOCOLS:
        expected |= {f"metrics/test.{name}.json", f"metrics/test.{name}.counts.npz"}
    expected |= {f"thresholds/{name}.json" for name in ("honest", "oracle")}
    for made in BOXES:
        expected |= {f"boxes/{made}/index.json", f"boxes/{made}/boxes.npz"}
    for split in ("test", "cubv2"):
        ids = [item["id"] for item in read_json(run / f"predictions/{split}/index.json")["items"]]
        assert len(ids) == SPLITS[split]
        expected |= {f"predictions/{split}/maps/{id_}.npz" for id_ in ids}
        expected.add(f"predictions/{split}/index.json")
    assert found == expected


def test_every_score_covers_its_split(metrics: dict[str, dict[str, Any]]) -> None:
    for name, document in metrics.items():
        assert document["task"] == "localization"
        assert document["coverage"] == {"evaluated": 9, "expected": 9}
        assert document["protocol"]["box"] == PROTOCOLS[name]
        assert document["protocol"]["checkpoint_rule"] == "last"
        assert document["constant_maps"] == 0
        assert sum(document["decomposition"].values()) == pytest.approx(100)


def test_protocols_share_the_classes_and_differ_in_the_boxes(
    metrics: dict[str, dict[str, Any]],
) -> None:
    for rate in ("top1_cls", "top5_cls", "pxap"):
        assert len({document[rate] for document in metrics.values()}) == 1, rate
    assert metrics["released"]["box_acc_v2"] is None
    assert metrics["honest"]["box_acc_v2"] is not None
    assert metrics["released"]["protocol"]["threshold"] == 0.2


def test_thresholds_come_from_the_split_that_is_named(
    finished_birds: Project, metrics: dict[str, dict[str, Any]]
) -> None:
    for name, split in (("honest", "cubv2"), ("oracle", "test")):
        chosen = read_json(finished_birds.results / f"cdtr/seed0/thresholds/{name}.json")
        images = SPLITS[split]
        assert chosen["split"] == split
        assert chosen["coverage"] == {"evaluated": images, "expected": images}
        assert chosen["threshold"] == metrics[name]["protocol"]["threshold"]
        assert chosen["value"] == max(chosen["gt_known"])
    assert metrics["oracle"]["gt_known"] == max(metrics["oracle"]["curve"]["gt_known"])
    assert metrics["oracle"]["gt_known"] >= metrics["honest"]["gt_known"]


def test_controls_score_what_is_known_beforehand(finished_birds: Project) -> None:
    folder = finished_birds.results / "controls/birds"
    assert {path.name for path in folder.glob("*.json")} == {f"test.{c}.json" for c in CONTROLS}
    perfect, full, centre, colour = (read_json(folder / f"test.{c}.json") for c in CONTROLS)
    assert perfect["gt_known"] == perfect["top1_loc"] == 100
    assert full["top1_loc"] == full["gt_known"] < 100
    assert full["top1_cls"] == centre["top1_cls"] == 100
    assert centre["gt_known"] == colour["gt_known"] >= colour["top1_loc"]


def test_verdicts_and_page_tell_what_was_claimed(finished_birds: Project) -> None:
    verdicts = read_json(finished_birds.results / "verdicts.json")["verdicts"]
    claims = (finished_birds.folder / "claims/mini_birds.yaml").read_text(encoding="utf-8")
    stated = {claim["id"]: claim["statement"] for claim in yaml.safe_load(claims)["claims"]}
    assert {entry["id"]: entry["statement"] for entry in verdicts} == stated
    assert {entry["status"] for entry in verdicts} <= {"holds", "fails"}  # it learns nothing
    assert next(v for v in verdicts if v["id"] == "birds-perfect-control")["status"] == "holds"
    page = html.unescape((finished_birds.results / "report.html").read_text(encoding="utf-8"))
    for statement in stated.values():
        assert " ".join(statement.split()) in page
    for words in ("Top-1 Loc", "GT-known", "oracle"):
        assert words in page
    held = [entry["status"] == "holds" for entry in verdicts if not entry["control"]]
    told = f"{sum(held)} of {len(held)} claims about the pipeline hold, none is about a paper"
    assert f"<h1>{told}; 1 of 1 control holds</h1>" in page


def test_every_job_leaves_log_description_and_benchmark(finished_birds: Project) -> None:
    logs = finished_birds.results / "logs"
    found = {path.relative_to(logs).with_suffix("") for path in logs.rglob("*.log")}
    benchmarks = finished_birds.results / "benchmarks"
    measured = benchmarks.rglob("*.tsv")
    assert found == {path.relative_to(benchmarks).with_suffix("") for path in measured}
    assert len(found) == 31
    for log in logs.rglob("*.log"):
        place = log.relative_to(finished_birds.folder).as_posix()
        assert read_json(log.with_name(f"{log.name}.job.json"))["log"] == place


def test_second_call_does_nothing(finished_birds: Project) -> None:
    done = finished_birds.snakemake("report")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr


def test_chain_without_the_guide_stops_before_anything_runs(birds: Project) -> None:
    birds.edit("experiments/tiny_birds.yaml", "    guide: tiny-clip\n", "")
    done = birds.snakemake("report")
    assert done.returncode != 0
    assert "runs.cdtr: found no such key, expected the key 'guide'; add it." in done.stderr
