"""Claims that did not come out well, out of claim files and scores, by the scripts of the rules."""

import re
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
import yaml

from methods.data.files import read_json, sha256
from methods.evaluation.segmentation_files import metrics_document, write_metrics
from methods.reporting.deviation_classes import CLASSES_FILE
from tests.report.judged import JudgedPage, judge_and_render
from tests.report.outline import section
from tests.report.results import RECORDS, SUBMITTED, Results

SEEDS = (0, 1, 2)
DASH = "\u2013"
WHY = "inference.image_size of run more is 64, that of the authors 512"


def score_a_part(path: Path, images: int) -> None:
    """Leave the first images of a metrics file of label maps; it still expects them all."""
    old, counts_path = read_json(path), path.with_suffix(".counts.npz")
    with np.load(counts_path) as held:
        ids, counts = held["ids"][:images].tolist(), held["counts"][:images]
    document = metrics_document(
        split=old["split"],
        name=old["name"],
        protocol=old["protocol"],
        classes=old["classes"][1:],
        counts=counts,
        expected=images,
        bootstrap_samples=20,
        bootstrap_seed=0,
    )
    document["coverage"]["expected"] = old["coverage"]["expected"]
    write_metrics(path, counts_path, document, ids, counts)


def claim(
    id: str, value: float, tolerance: float, protocol: str, split: str, **stated: Any
) -> dict[str, Any]:
    """A claim as it stands in a file."""
    published = {"value": value, "tolerance": tolerance, "kind": "paper", "where": "Table 2"}
    told = {"dataset": "VOC 2012", "stage": "decoder", "protocol": "As in the paper."}
    quantity = {"run": "more", "split": split, "protocol": protocol, "metric": "miou"}
    return {
        "id": id,
        "statement": f"The claim {id}.",
        "source": "A paper",
        "quantity": quantity,
        "published": {**published, **told, "maybe_maximum": False, **stated},
    }


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> JudgedPage:
    """Of three seeds, one of which scored 5 of 8 images by the protocol `raw`."""
    folder = tmp_path_factory.mktemp("shown")
    results = Results(folder, seeds=SEEDS, runs={"more": SUBMITTED})
    score_a_part(results.folder(seed=1) / "metrics/val.raw.json", 5)
    files = [results.folder(seed=seed) / "metrics/val.crf.json" for seed in SEEDS]
    values = [read_json(file)["miou"] for file in files]
    mean = fmean(values)
    claims = [
        claim("part", mean, 60.0, "raw", "val"),
        claim("deviating", mean, 60.0, "crf", "val"),
        claim("short", mean + 40, 1.0, "crf", "val"),
        claim("open", mean, 1e-6, "crf", "val"),
        claim("server", mean, 60.0, "crf", "test"),
        claim("few", mean, 60.0, "crf", "val", minimum_seeds=4),
        claim("few-off", mean + 40, 1.0, "crf", "val", minimum_seeds=4),
    ]
    file = folder / "claims.yaml"
    file.write_text(yaml.safe_dump({"registered": "Before any run.", "claims": claims}))
    return judge_and_render(results, [file], SEEDS, {"deviating": WHY})


@pytest.mark.parametrize(
    ("id", "verdict", "tone", "reason", "measured"),
    [
        ("part", "void", "bad", "Void: miou of more, raw, on val covers 5 of 8 images", False),
        ("deviating", "void", "bad", f"Void: {WHY}.", True),
        ("short", "below", "bad", "lies wholly below the tolerance of 1.00.", True),
        ("open", "inconclusive", "open", "crosses an end of the tolerance of 0.00.", True),
        ("server", "not evaluated", "open", "waiting for the evaluation server&#39;s", False),
        ("few", "consistent (3 seeds)", "weak", "A verdict of equivalence takes 4 trained", True),
        ("few-off", "inconsistent (3 seeds)", "bad", "outside the tolerance of 1.00.", True),
    ],
)
def test_each_is_shown_with_its_word_its_colour_and_its_reason(
    page: JudgedPage, id: str, verdict: str, tone: str, reason: str, measured: bool
) -> None:
    shown = page.claim(id)
    assert (shown.verdict, shown.tone) == (verdict, tone)
    assert reason in shown.told
    assert (shown.measured != DASH) == measured
    assert page.rows[id]["verdict"] == verdict.partition(" (")[0]
    limits = section(page.html, "limits")
    assert (reason in limits) == (tone == "open")


def test_none_of_them_counts_as_reproduced(page: JudgedPage) -> None:
    words = "equivalent to the publication; 1 is consistent with it (too few seeds for a test)"
    assert f"<h1>0 of 7 claims are {words}</h1>" in page.html
    for text in (
        "2 void",
        "1 below",
        "1 inconclusive",
        "1 not evaluated",
        "1 consistent (3 seeds)",
    ):
        assert f">{text}</span>" in page.html


def test_the_statistics_of_a_test_stand_in_the_table(page: JudgedPage) -> None:
    (entry,) = (entry for entry in read_json(page.verdicts)["verdicts"] if entry["id"] == "short")
    row, tested = page.rows["short"], entry["statistics"]
    assert float(row["90 % low of the difference"]) == tested["difference_90_low"]
    assert float(row["90 % high of the difference"]) == tested["difference_90_high"]
    assert float(row["p value of the test"]) == tested["p_value"]
    ordinary = [tested["one_more_seed_95_low"], tested["one_more_seed_95_high"]]
    assert [float(row[f"one more seed, 95 % {end}"]) for end in ("low", "high")] == ordinary
    low, high = (f"{end:.2f}" for end in ordinary)
    told = f"One more seed would lie between {low} and {high} (95 % prediction)."
    assert told in page.claim("short").told
    assert page.rows["few"]["p value of the test"] == ""


def test_what_the_verdicts_rest_on_is_registered_with_the_claims(page: JudgedPage) -> None:
    entries = {entry["file"]: entry for entry in read_json(page.verdicts)["registration"]}
    records = [path.name for path in RECORDS]
    assert list(entries) == ["claims.yaml", "deviation_classes.yaml", *records]
    assert entries["deviation_classes.yaml"]["sha256"] == sha256(CLASSES_FILE)
    for name in entries:
        assert name in page.html


def test_each_that_speaks_against_its_claim_is_named_at_the_top(page: JudgedPage) -> None:
    header = page.html[page.html.index("<header>") : page.html.index("</header>")]
    named = re.findall(
        r'<li><span class="mark bad">(.*?)</span> <a href="#claim-(.*?)">(.*?)</a></li>', header
    )
    assert named == [
        (verdict, id, f"The claim {id}.")
        for verdict, id in (
            *(("void", "part"), ("void", "deviating"), ("below", "short")),
            ("inconsistent (3 seeds)", "few-off"),
        )
    ]
