"""Claims that did not come out well, out of claim files and scores, by the scripts of the rules."""

from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
import yaml

from methods.data.files import read_json
from methods.evaluation.segmentation import metrics_document, write_metrics
from tests.report.judged import JudgedPage, judge_and_render
from tests.report.outline import section
from tests.report.results import SUBMITTED, Results

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


def claim(id: str, value: float, tolerance: float, protocol: str, split: str) -> dict[str, Any]:
    """A claim as it stands in a file."""
    published = {"value": value, "tolerance": tolerance, "kind": "paper", "where": "Table 2"}
    told = {"dataset": "VOC 2012", "stage": "decoder", "protocol": "As in the paper."}
    quantity = {"run": "more", "split": split, "protocol": protocol, "metric": "miou"}
    return {
        "id": id,
        "statement": f"The claim {id}.",
        "source": "A paper",
        "quantity": quantity,
        "published": {**published, **told, "maybe_maximum": False},
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
    ],
)
def test_each_is_shown_with_its_word_its_colour_and_its_reason(
    page: JudgedPage, id: str, verdict: str, tone: str, reason: str, measured: bool
) -> None:
    shown = page.claim(id)
    assert (shown.verdict, shown.tone) == (verdict, tone)
    assert reason in shown.told
    assert (shown.measured != DASH) == measured
    assert page.rows[id]["verdict"] == verdict
    limits = section(page.html, "limits")
    assert (reason in limits) == (tone == "open")


def test_none_of_them_counts_as_reproduced(page: JudgedPage) -> None:
    assert "<h1>0 of 5 claims are equivalent to the publication</h1>" in page.html
    for text in ("2 void", "1 below", "1 inconclusive", "1 not evaluated"):
        assert f">{text}</span>" in page.html
