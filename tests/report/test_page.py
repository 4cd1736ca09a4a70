"""The page says what the results files say, and nothing else."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from methods.claim_files import read_registered
from methods.data.files import read_json, sha256, write_json
from methods.evaluation.segmentation_files import metrics_document, write_metrics
from methods.reporting.segmentation_cases import read_image_counts
from methods.reporting.tables import Column, Kind, build_table, show, without_empty
from methods.yaml_files import read_yaml
from tests.report.conftest import render_results, rows_of
from tests.report.other_method import add_method
from tests.report.outline import section
from tests.report.results import REPOSITORY, SUBMITTED, Results


def score_again(path: Path, images: int) -> None:
    """Score the first images as if background had been predicted everywhere."""
    old, counts_path = read_json(path), path.with_suffix(".counts.npz")
    with np.load(counts_path) as held:
        ids, counts = held["ids"][:images].tolist(), held["counts"][:images]
    background = np.zeros_like(counts)
    background[:, :, 0] = counts.sum(axis=2)
    document = metrics_document(
        split=old["split"],
        name=old["name"],
        protocol=old["protocol"],
        classes=old["classes"][1:],
        counts=background,
        expected=images,
        bootstrap_samples=10,
        bootstrap_seed=0,
    )
    write_metrics(path, counts_path, document, ids, background)


def test_the_page_follows_a_metrics_file(tmp_path: Path) -> None:
    results = Results(tmp_path)
    path = results.root / "more/seed0/metrics/val.crf.json"
    score_again(path, images=8)
    metrics = read_json(path)
    miou, background = metrics["miou"], metrics["per_class"]["background"]["iou"]
    results.judge()
    page = render_results(results)
    text = page.read_text("utf-8")
    assert f"{miou:.2f}\u00a0% mIoU" in text
    assert f"{background:.2f}" in text
    verdicts = {row["id"]: row for row in rows_of(page, "verdicts")}
    assert float(verdicts["mini-segmentation"]["measured"]) == miou
    assert verdicts["mini-segmentation"]["verdict"] == "fails"
    ladder = {row["protocol"]: row for row in rows_of(page, "ladder")}
    assert float(ladder["crf"]["mIoU (%)"]) == miou
    links = {row["link"]: row for row in rows_of(page, "chain-more-seed0")}
    assert links["metrics, crf"]["sha256"] == sha256(path)


def test_verdicts_that_need_a_reader_are_repeated_before_the_figures(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": SUBMITTED})
    results.judge("claims/more.yaml")
    page = render_results(results)
    text = page.read_text("utf-8")
    limits = text[text.index('id="limits"') : text.index('id="post-processing"')]
    assert "test" in limits
    # the test set, a checkpoint that so short a training does not write, and another card's numbers
    assert limits.count("Not evaluated") == 4
    assert re.search(
        r"<h1>\d of 13 claims are consistent with the publication \(one seed\)</h1>", text
    )
    verdicts = {row["id"]: row for row in rows_of(page, "verdicts")}
    assert verdicts["more-voc-test-miou"]["verdict"] == "not evaluated"
    assert verdicts["more-voc-test-miou"]["measured"] == ""
    assert "package ready (more/seed0/submission/results.tar)" in limits
    assert verdicts["more-voc-val-miou"]["bound or published value"] == "76.40 ± 1.00"


def test_a_part_of_a_split_is_called_void(tmp_path: Path) -> None:
    results = Results(tmp_path)
    path = results.root / "more/seed0/metrics/val.crf.json"
    score_again(path, images=7)
    metrics = read_json(path)
    metrics["coverage"]["expected"] = 8
    write_json(path, metrics)
    results.judge()
    page = render_results(results)
    assert "Void: miou of more, crf, on val covers 7 of 8 images" in page.read_text("utf-8")
    verdicts = {row["id"]: row["verdict"] for row in rows_of(page, "verdicts")}
    assert verdicts["mini-segmentation"] == "void"


def test_the_page_says_step_by_step_when_each_claim_file_was_set(both_page: Path) -> None:
    verdicts = section(both_page.read_text("utf-8"), "verdicts")
    for name in ("mini.yaml", "mini_birds.yaml"):
        stated = read_registered(REPOSITORY / "claims" / name)
        steps = f"<dt>{name}</dt><dd>{stated.replace('; ', '<br>')}</dd>"
        assert steps in verdicts
    assert "<br>" in steps


def test_every_seed_has_a_line_of_its_own(tmp_path: Path) -> None:
    text = render_results(Results(tmp_path, seeds=range(8))).read_text("utf-8")
    legend = re.search(r'<p class="legend">(.*?)</p>', text, re.S)
    assert legend is not None
    keys = re.findall(r'<line [^>]*style="([^"]+)".*?</svg>(seed \d)<', legend[1])
    assert [label for _, label in keys] == [f"seed {seed}" for seed in range(8)]
    assert len({style for style, _ in keys}) == 8
    curve = re.search(r'<figure class="drawing" id="curve-more-total">.*?</figure>', text, re.S)
    assert curve is not None
    drawn = re.findall(
        r'style="fill: none; (stroke-dasharray: [^;]+;)?[^"]*stroke: var\(--series-(\d)\)', curve[0]
    )
    assert sorted(color for _, color in drawn) == sorted("12345612")
    assert len(set(drawn)) == 8
    assert all(f"seed {seed} from" in curve[0] for seed in range(8))


def test_a_method_may_have_other_terms_and_no_published_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_method(monkeypatch, "other", titles={"cls": "a title of its own"})
    results = Results(tmp_path)
    results.run["method"] = "other"
    del results.run["formulation"]
    folder = results.root / "more/seed0"
    journal = folder / "train/journal.csv"
    journal.write_text(journal.read_text().replace(",ptc,", ",token_<i>_pull,", 1))
    resolved = read_yaml(folder / "resolved.yaml")
    resolved["training"] = {"rounds": 3}
    resolved["derived"]["marks"] = []
    (folder / "resolved.yaml").write_text(yaml.safe_dump(resolved))
    page = render_results(results)
    text = page.read_text("utf-8")
    assert "Run more, method other: no published settings to compare with." in text
    assert "<h2>Segmentation (Other): " in text
    assert [row["method"] for row in rows_of(page, "training")] == ["other"]
    assert not (page.parent / "report/deviations.csv").exists()
    assert 'id="deviations"' not in text
    assert "token_&lt;i&gt;_pull</figcaption>" in text
    assert "a title of its own</figcaption>" in text
    assert "Dotted lines" not in text


def test_marks_of_the_objective_are_told_and_drawn(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "Dotted lines: 31, the decoder begins to count; 151, the maps change places." in text


def test_predictions_stand_between_the_checkpoint_and_the_label_maps(page: Path) -> None:
    links = {row["link"]: row for row in rows_of(page, "chain-more-seed0")}
    order = list(links)
    logits = "predictions, logits"
    for name, first, file in (
        ("predictions, maps, train", "label maps, cam", "maps/train/index.json"),
        ("predictions, maps, val", "label maps, lam_logits", "maps/val/index.json"),
        (f"{logits}, square, val", "label maps, raw", "predictions/val.square/index.json"),
        (f"{logits}, aspect, val", "label maps, aspect", "predictions/val.aspect/index.json"),
        (f"{logits}, square, test", "label maps, crf, test", "predictions/test.square/index.json"),
    ):
        assert order.index("checkpoint") < order.index(name) < order.index(first)
        assert links[name]["file"] == f"more/seed0/{file}"
        assert links[name]["sha256"] == sha256(page.parent / "more/seed0" / file)


def test_a_class_predicted_where_there_is_none_lowers_the_score_of_its_image(
    tmp_path: Path,
) -> None:
    results = Results(tmp_path)
    (run,) = [run for run in results.sources().runs if run.run == "more"][:1]
    path = run.counts(run.split, "crf")
    with np.load(path) as held:
        ids, counts = held["ids"], np.zeros_like(held["counts"])
    counts[:, 0, 0], counts[:, 0, 1] = 90, 10  # background alone, a tenth of it taken for a class
    np.savez(path, ids=ids, counts=counts)
    assert set(read_image_counts(path).iou.values()) == {45.0}


def test_worst_median_and_best_images_are_ranked_by_their_own_score(page: Path) -> None:
    text = page.read_text("utf-8")
    pattern = r"mIoU (\d+\.\d\d) %</span>"
    notes = [float(value) for value in re.findall(pattern, text)]
    worst, median, best = notes[3:6], notes[6:9], notes[9:12]
    assert worst == sorted(worst)
    assert best == sorted(best, reverse=True)
    assert worst[0] < median[1] < best[0]
    assert median == sorted(median)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.NUMBER, "\u2013"),
        (-1.005, Kind.SIGNED, "\u22121.00"),
        (-0.001, Kind.SIGNED, "0.00"),
        (2.5, Kind.SIGNED, "+2.50"),
        (12345, Kind.COUNT, "12\u202f345"),
        ("a", Kind.NUMBER, "a"),
        (812_345_344, Kind.SIZE, "810 MB"),
        (1_200_000_000, Kind.SIZE, "1.2 GB"),
        (62, Kind.SIZE, "0.1 kB"),
    ],
)
def test_cells_have_two_decimals_and_true_signs(
    value: float | str | None, kind: Kind, text: str
) -> None:
    assert show(value, kind) == text


def test_an_interval_stands_in_the_cell_of_its_number_and_the_csv_has_every_column(
    tmp_path: Path,
) -> None:
    columns = [
        Column("run", Kind.NAME),
        Column("rate", Kind.NUMBER),
        *(Column("low", Kind.LOW), Column("high", Kind.HIGH), Column("other", Kind.FILED)),
        Column("images", Kind.COUNT),
    ]
    rows = [("a", 73.958, 65.625, -1, 3.5, 96), ("b", None, None, None, None, 0)]
    table = build_table("rates", "Rates.", columns, rows)
    shown = table.on_page()
    assert [column.label for column in shown.columns] == ["run", "rate, 95 % interval", "images"]
    assert shown.rows == (("a", "73.96 (65.62\u2013\u22121.00)", 96), ("b", None, 0))
    table.write_csv(tmp_path)
    assert (tmp_path / "rates.csv").read_text().splitlines() == [
        "run,rate,low,high,other,images",
        "a,73.958,65.625,-1,3.5,96",
        "b,,,,,0",
    ]


def test_a_column_without_values_and_the_unit_of_sizes_stand_in_the_csv_alone(
    tmp_path: Path,
) -> None:
    columns = [
        Column("rule"),
        Column("GPU time (s)", Kind.NUMBER),
        Column("made (bytes)", Kind.SIZE),
    ]
    rows = [("a", None, 2497), ("b", None, 76_000_000)]
    table = without_empty(build_table("timings", "Times.", columns, rows))
    assert [column.label for column in table.on_page().columns] == ["rule", "made"]
    table.write_csv(tmp_path)
    assert (tmp_path / "timings.csv").read_text().splitlines() == [
        "rule,GPU time (s),made (bytes)",
        "a,,2497",
        "b,,76000000",
    ]
