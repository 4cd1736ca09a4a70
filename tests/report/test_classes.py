"""IoU by class: the intervals, and the authors' log beside the protocol that it was made by."""

import csv
import re
from pathlib import Path

import pytest

from methods.data.files import read_json
from methods.errors import InputError
from methods.protocols import Protocol
from methods.reporting.class_log import as_logged, read_class_log
from tests.report.conftest import render_results, rows_of
from tests.report.results import REPOSITORY, Results

LOG = REPOSITORY / "claims/reference/more_class_log.csv"
RAW = Protocol("decoder", "val", (1.0,), flip=False)


def test_the_table_has_the_intervals_and_the_log(page: Path, results: Results) -> None:
    rows = [row for row in rows_of(page, "classes") if (row["run"], row["seed"]) == ("more", "1")]
    with LOG.open(newline="") as file:
        last = [row for row in csv.DictReader(file) if row["iteration"] == "20000"]
    log = {row["class"]: float(row["iou_decoder"]) for row in last}
    names = ["background", *results.classes]
    assert [row["class"] for row in rows] == names * 2
    assert [row["protocol"] for row in rows] == ["raw"] * len(names) + ["crf"] * len(names)
    for row in rows:
        metrics = read_json(results.folder(seed=1) / f"metrics/val.{row['protocol']}.json")
        iou = metrics["per_class"][row["class"]]["iou"]
        ends = [float(row["95 % low"]), float(row["95 % high"])]
        assert float(row["IoU (%)"]) == iou
        assert ends == metrics["iou_interval_95"][row["class"]]
        assert ends[0] <= iou <= ends[1]
        if row["protocol"] == "raw":
            assert float(row["authors' log (%)"]) == log[row["class"]]
            difference = float(row["ours \u2212 log (points)"])
            assert difference == pytest.approx(iou - log[row["class"]])
        else:
            assert row["authors' log (%)"] == row["ours \u2212 log (points)"] == ""


def test_the_drawing_shows_the_intervals_and_the_log(page: Path, results: Results) -> None:
    text = page.read_text("utf-8")
    figure = re.search(r'<figure class="drawing" id="classes-more">.*?</figure>', text, re.S)
    assert figure is not None
    assert "authors' log, scale 1</text>" in figure[0]
    assert re.search(r"authors' log, scale 1: [^.]*[^;]*; aeroplane 79\.32 %;", figure[0])
    seeds, protocols, labels = 2, 2, 1 + len(results.classes)
    intervals = re.findall(r"stroke-width: 1\.5", figure[0])
    assert len(intervals) == seeds * protocols * labels


def test_without_a_log_there_are_intervals_alone(tmp_path: Path) -> None:
    page = render_results(Results(tmp_path))
    columns = list(rows_of(page, "classes")[0])
    assert "95 % low" in columns
    assert not [name for name in columns if "log" in name]
    assert "authors' log" not in page.read_text("utf-8")


def test_only_the_protocol_of_the_log_is_held_against_it() -> None:
    assert as_logged(RAW)
    others = (
        Protocol("decoder", "val", (1.0,), flip=True),
        Protocol("decoder", "val", (1.0,), flip=False, crf=True),
        Protocol("decoder", "val", (1.0,), flip=False, resize="aspect"),
        Protocol("decoder", "val", (1.0, 1.25), flip=False),
        Protocol("lam", "val", (1.0,), flip=False, labels="given"),
    )
    assert not [protocol for protocol in others if as_logged(protocol)]


def test_the_last_iteration_of_the_log_counts(tmp_path: Path) -> None:
    log = read_class_log(LOG, "voc")
    assert log.iteration == 20000
    assert len(log.iou) == 21
    assert log.iou["background"] > 90
    path = tmp_path / "log.csv"
    for text, found in (
        ("a,b\n1,2\n", "found a table of other columns"),
        ("", "found no such table"),
        ("dataset,iteration,class,iou_decoder\nvoc,1,cat,many\n", "found no such table"),
        ("dataset,iteration,class,iou_decoder\ncoco,1,cat,2.5\n", "found no line of voc"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=found):
            read_class_log(path, "voc")
    with pytest.raises(InputError, match="no such file"):
        read_class_log(tmp_path / "none.csv", "voc")
