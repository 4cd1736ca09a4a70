"""The crate is valid, and what it says of the files is true."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from rocrate.rocrate import ROCrate

from methods.data.files import sha256
from methods.reporting.checklists.tables import CHECKLISTS
from tests.report.conftest import render_results, rows_of
from tests.report.crate_results import LOCKS, describe_jobs, make_crate
from tests.report.offline_profiles import validate
from tests.report.outline import Outline
from tests.report.results import GIVEN, HELD_OUT, SUBMITTED, Results

RUNS = {"more": SUBMITTED, "held out": HELD_OUT, "given": GIVEN}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Results with their page and their crate."""
    results = Results(tmp_path_factory.mktemp("crate"), runs=RUNS)
    describe_jobs(results)
    render_results(results)
    make_crate(results)
    return results


@pytest.fixture(scope="module")
def entities(described: Results) -> dict[str, Any]:
    """The entities of the crate by their identifiers."""
    graph = read(described.root)["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)
    return found


def read(crate: Path) -> Any:
    return json.loads((crate / "ro-crate-metadata.json").read_text(encoding="utf-8"))


def of_type(entities: dict[str, Any], type: str) -> list[dict[str, Any]]:
    kinds = ((entity, entity["@type"]) for entity in entities.values())
    return [
        entity for entity, kind in kinds if type in (kind if isinstance(kind, list) else [kind])
    ]


def test_the_crate_fulfils_the_provenance_profile(described: Results, tmp_path: Path) -> None:
    result = validate(described.root, "provenance-run-crate", tmp_path)
    assert [issue.message for issue in result.get_issues()] == []
    assert result.passed()


def test_the_page_links_to_the_crate_and_to_nothing_that_is_not_there(described: Results) -> None:
    page = described.root / "report.html"
    links = [
        link
        for link in Outline(page.read_text("utf-8")).values("a", "href")
        if not link.startswith(("#", "https://"))
    ]
    assert "ro-crate-metadata.json" in links
    assert [link for link in links if not (page.parent / unquote(link)).is_file()] == []


def without_a_file(crate: Path) -> None:
    (crate / "verdicts.json").unlink()


def without_an_instrument(crate: Path) -> None:
    document = read(crate)
    (run,) = (entity for entity in document["@graph"] if entity["@id"] == "#run")
    del run["instrument"]
    (crate / "ro-crate-metadata.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(without_a_file, "'verdicts.json'"), (without_an_instrument, "MUST have an instrument")],
)
def test_the_validator_sees_a_fault(
    described: Results, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    crate = tmp_path / "crate"
    shutil.copytree(described.root, crate)
    spoil(crate)
    result = validate(crate, "workflow-run-crate", tmp_path)
    assert not result.passed()
    assert any(said in str(issue.message) for issue in result.get_issues())


def test_every_file_is_there_with_this_content(
    described: Results, entities: dict[str, Any]
) -> None:
    files = of_type(entities, "File")
    assert len(files) > 50
    for entity in files:
        path = described.root / unquote(entity["@id"])
        assert entity["contentSize"] == str(path.stat().st_size)
        assert entity["sha256"] == sha256(path)
        assert "/" in entity["encodingFormat"]


def test_everything_that_the_report_is_made_of_is_described(
    described: Results, entities: dict[str, Any]
) -> None:
    named = {unquote(entity["@id"]) for entity in of_type(entities, "File")}
    root = described.root
    tables = {path.relative_to(root).as_posix() for path in root.glob("report/*.csv")}
    read_by_page = {path for path in described.sources().required() if path.is_relative_to(root)}
    assert {path.relative_to(root).as_posix() for path in read_by_page} <= named
    assert tables <= named
    assert "held out/seed0/resolved.yaml" in named  # a blank is a %20 in its identifier
    for file in ("report.html", "verdicts.json", "workflow/experiment.yaml", "workflow/Snakefile"):
        assert file in named
    assert {part["@id"] for part in entities["./"]["hasPart"]} == {
        entity["@id"] for entity in of_type(entities, "File")
    }


def test_the_locks_are_described_with_the_digests_that_the_page_shows(
    described: Results, entities: dict[str, Any]
) -> None:
    shown = {
        row["fact"]: row["value"] for row in rows_of(described.root / "report.html", "environment")
    }
    assert [path.stem for path in LOCKS] == ["build", "common", "test", "torch-cpu", "torch-cuda"]
    for path in LOCKS:
        name = f"envs/locks/{path.name}"
        assert entities[f"workflow/{name}"]["sha256"] == sha256(path) == shown[f"sha256 of {name}"]


def test_every_answer_of_a_checklist_that_names_a_file_leads_into_the_crate(
    described: Results, entities: dict[str, Any]
) -> None:
    parts = {unquote(part["@id"]) for part in entities["./"]["hasPart"]}
    files: dict[str, list[str]] = {}
    for name in CHECKLISTS:
        rows = rows_of(described.root / "report.html", name)
        files[name] = [row["shown by"] for row in rows if row["shown by"]]
        assert [file for file in files[name] if file not in parts] == []
    assert {name: len(found) for name, found in files.items()} == {"reforms": 30, "neurips": 9}


def test_checkpoints_are_described_where_they_lie(
    described: Results, entities: dict[str, Any]
) -> None:
    chosen = json.loads((described.folder() / "checkpoint.json").read_text(encoding="utf-8"))
    path = Path(chosen["path"]).relative_to(described.root)
    assert entities[path.as_posix()]["sha256"] == chosen["sha256"]
    assert not list((described.root / "workflow").rglob("*.pt"))


def test_no_reference_leads_nowhere(entities: dict[str, Any]) -> None:
    for entity in entities.values():
        for target in references(entity):
            assert target in entities or target.startswith("https://"), (entity["@id"], target)


def references(value: Any) -> Iterator[str]:
    """The identifiers that an entity's properties refer to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict) and set(value) == {"@id"}:
        yield value["@id"]
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)


def test_another_program_reads_it(described: Results) -> None:
    crate = ROCrate(described.root)
    assert crate.mainEntity.id == "workflow/Snakefile"
    assert crate.mainEntity["programmingLanguage"]["name"] == "Snakemake"
    assert crate.license["@id"] == "https://spdx.org/licenses/MIT"
    papers = [paper["name"].split(":")[0] for paper in crate.root_dataset["citation"]]
    assert papers[0] == "MoRe"
    assert len(papers) == 2


def test_the_run_has_times_objects_and_results(entities: dict[str, Any]) -> None:
    run = entities["#run"]
    assert run["instrument"] == {"@id": "workflow/Snakefile"}
    assert run["endTime"] == "2026-09-21T14:13:20+00:00"
    assert run["startTime"] == "2026-09-21T14:10:48+00:00"  # the training took 151.2 s
    given = {reference["@id"] for reference in run["object"]}
    assert {"#seeds", "workflow/experiment.yaml", "data/shapes/manifest.json"} <= given
    assert "weights/mini-vit.json" in given
    made = {reference["@id"] for reference in run["result"]}
    assert {"verdicts.json", "report.html", "more/seed0/metrics/val.crf.json"} <= made


def test_a_job_has_what_it_read_and_made(entities: dict[str, Any]) -> None:
    job = entities["#job-train_model-more.seed0"]
    assert job["instrument"] == {"@id": "#rule-train_model"}
    assert job["object"] == [{"@id": "more/seed0/resolved.yaml"}]
    assert [file["@id"].rsplit("/", 1)[0] for file in job["result"]] == [
        "more/seed0/train/checkpoints"
    ]
    undescribed = entities["#job-extract_archives-shapes"]
    assert not {"object", "result"} & set(undescribed)


def test_machines_and_versions_are_named_values(entities: dict[str, Any]) -> None:
    facts = {entity["name"]: entity["value"] for entity in of_type(entities, "PropertyValue")}
    assert facts["seeds"] == "0"
    assert facts["more, seed 0: host"] == "node7"
    assert facts["more, seed 0: gpu"] == "none"
    assert (facts["more, seed 0: driver"], facts["more, seed 0: cuda"]) == ("none", "none")
    assert facts["report: GPU driver"]
    assert facts["report: torch"]
    assert "git commit" in facts


def test_equal_inputs_give_equal_bytes(described: Results) -> None:
    before = (described.root / "ro-crate-metadata.json").read_bytes()
    make_crate(described)
    assert (described.root / "ro-crate-metadata.json").read_bytes() == before
