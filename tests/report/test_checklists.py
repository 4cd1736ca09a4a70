"""Filled checklists: whole, true to the files, and every link leads to one."""

import dataclasses
from pathlib import Path
from typing import get_args

import pytest

from methods.data.files import read_json, write_json
from methods.provenance import Environment
from methods.reporting.checklists.data_answers import missing_data, population
from methods.reporting.checklists.leakage_answers import duplicates, inputs, shared_images
from methods.reporting.checklists.reply import Answer
from methods.reporting.checklists.run_answers import (
    code,
    compute,
    exclusions,
    statistical_tests,
    uncertainty,
)
from methods.reporting.checklists.tables import CHECKLISTS, COMPUTED, read_checklist
from methods.reporting.crate.files import WORKFLOW
from methods.reporting.sources import ReportSources
from tests.report.conftest import rows_of
from tests.report.results import REPOSITORY, Results

# Items whose answer no file shows: what was not described, not compared, or is no part of this.
UNSHOWN = {"reforms": ["3b", "3g"], "neurips": ["3"]}


@pytest.fixture(scope="module")
def sources(results: Results) -> ReportSources:
    return results.sources()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Results that a test may change, if it mends them again."""
    return Results(tmp_path_factory.mktemp("checklists"))


def test_reforms_is_whole() -> None:
    modules = read_checklist("reforms")["modules"]
    assert [len(module["items"]) for module in modules] == [3, 5, 7, 3, 6, 3, 3, 2]
    ids = [item["id"] for module in modules for item in module["items"]]
    letters = "abcdefg"
    assert ids == [
        f"{number}{letter}"
        for number, module in enumerate(modules, 1)
        for letter in letters[: len(module["items"])]
    ]


@pytest.mark.parametrize("name", CHECKLISTS)
def test_every_item_is_answered_or_computed(name: str) -> None:
    for module in read_checklist(name)["modules"]:
        for item in module["items"]:
            stated = {*item} - {"file"}
            assert stated in ({"id", "asks", "computed"}, {"id", "asks", "answer", "because"})
            assert all(isinstance(value, str) and value for value in item.values())


def test_no_function_is_without_an_item() -> None:
    items = [i for name in CHECKLISTS for m in read_checklist(name)["modules"] for i in m["items"]]
    assert {item["computed"] for item in items if "computed" in item} == set(COMPUTED)


@pytest.mark.parametrize("name", CHECKLISTS)
def test_no_answer_is_empty_and_every_file_is_there(any_page: Path, name: str) -> None:
    rows = rows_of(any_page, name)
    assert len(rows) >= 10
    for row in rows:
        assert row["answer"] in get_args(Answer)
        assert row["because"].endswith(".")
        assert row["asks for"]
        folder, _, file = row["shown by"].partition("/")
        if folder != WORKFLOW:  # which is written later; test_crate.py looks into it
            assert (any_page.parent / row["shown by"]).exists(), row
        elif file != "experiment.yaml":
            assert (REPOSITORY / file).is_file(), row
    unshown = [row["item"] for row in rows if not row["shown by"]]
    timed = (any_page.parent / "report/timings.csv").exists()
    assert unshown == UNSHOWN[name] + ([] if timed or name != "neurips" else ["8"])


def test_the_code_is_known_by_its_commit(sources: ReportSources) -> None:
    def answered(commit: str | None, changed: tuple[str, ...] | None) -> tuple[str, str]:
        environment: Environment = dataclasses.replace(
            sources.environment, commit=commit, changed=changed
        )
        reply = code(dataclasses.replace(sources, environment=environment))
        return reply.answer, reply.because

    assert answered(None, None)[0] == "no"
    assert answered("a" * 40, ()) == (
        "yes",
        "The page names the commit, and the code does not differ from it.",
    )
    assert answered("a" * 40, ("a.py", "b.py")) == (
        "partly",
        "2 files of the code differ from the commit.",
    )


def test_error_bars_need_several_seeds(sources: ReportSources) -> None:
    assert uncertainty(sources).answer == "partly"
    assert "with 2 seeds, too few" in uncertainty(sources).because
    runs = [run for run in sources.runs if run.run == "more"]
    third = dataclasses.replace(runs[0], seed=2)
    more = dataclasses.replace(sources, runs=(*runs, third))
    assert uncertainty(more).answer == "yes"
    given = tuple(run for run in sources.runs if not run.trained)
    assert "no seed varies" in uncertainty(dataclasses.replace(sources, runs=given)).because


def test_compute_is_what_was_timed(sources: ReportSources) -> None:
    seconds = [float(path.read_text("utf-8").split()[4]) for path in sources.benchmarks]
    assert sorted(seconds) == [0.4, 151.2, 151.2]  # one extraction, one training a seed
    told = f"3 jobs took {round(0.4 + 2 * 151.2)} seconds of wall time; "
    assert compute(sources).because.startswith(told)
    untimed = compute(dataclasses.replace(sources, benchmarks=()))
    assert (untimed.answer, untimed.file) == ("no", None)


def test_an_image_that_is_trained_on_and_scored_is_a_leak(own: Results) -> None:
    index = own.root / "data/shapes/index.csv"
    before = index.read_text("utf-8")
    assert shared_images(own.sources()).answer == "yes"
    index.write_text(before.replace(",val,", ",train_aug|val,", 1))
    leak = shared_images(own.sources())
    index.write_text(before)
    assert leak.answer == "no"
    assert leak.because.startswith("1 image of the training lists of 1 run is in the split")


def test_an_image_under_two_names_is_a_leak(own: Results) -> None:
    path = own.root / "data/shapes/manifest.json"
    before = read_json(path)
    assert duplicates(own.sources()).answer == "partly"
    write_json(path, {**before, "files": [{**file, "sha256": "0"} for file in before["files"]]})
    leak = duplicates(own.sources())
    write_json(path, before)
    assert leak.answer == "no"
    assert leak.because.startswith("1 image file of a training list equals one of the split")


def test_a_score_that_leaves_images_out_is_told(own: Results) -> None:
    path = own.folder() / "metrics/val.raw.json"
    before = read_json(path)
    assert exclusions(own.sources()).answer == "yes"
    write_json(path, {**before, "coverage": {"evaluated": 3, "expected": 4}})
    short = exclusions(own.sources())
    write_json(path, before)
    assert short.answer == "partly"
    assert short.because.startswith("1 of ")


def test_a_claim_that_was_tested_over_seeds_counts(own: Results) -> None:
    before = read_json(own.root / "verdicts.json")
    first, *others = before["verdicts"]
    assert statistical_tests(own.sources()).answer == "no"
    tested = {**before, "verdicts": [{**first, "status": "below"}, *others]}
    write_json(own.root / "verdicts.json", tested)
    reply = statistical_tests(own.sources())
    write_json(own.root / "verdicts.json", before)
    assert reply.answer == ("partly" if others else "yes")
    assert f"judged 1 of {len(others) + 1} claims" in reply.because


def test_generated_data_stand_for_no_population(own: Results) -> None:
    sources = own.sources()
    assert population(sources).answer == "no"
    assert missing_data(sources).because == "2 checks of the data found 1 fault."
    assert inputs(sources).answer == "yes"
    datasets = {"shapes": {**own.experiment["datasets"]["shapes"], "source": "published"}}
    settings = {**own.experiment, "datasets": datasets}
    assert population(dataclasses.replace(sources, settings=settings)).answer == "yes"
    seeds = tuple(dataclasses.replace(run, headline="cam") for run in sources.segmentation)
    assert (
        inputs(dataclasses.replace(sources, runs=seeds)).file == "more/seed0/metrics/val.cam.json"
    )
    assert inputs(dataclasses.replace(sources, runs=seeds)).answer == "no"
