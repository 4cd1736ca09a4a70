"""What the page of localization makes of odd results: it refuses them, or shows them unharmed."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from methods.claims import AtLeast, Claim, Quantity
from methods.data.files import read_json, write_json
from methods.errors import InputError
from methods.reporting.localization.section import build_section
from tests.report.localization_results import (
    CLAIM,
    PROTOCOLS,
    LocalizationResults,
    built,
    drawings_of,
    rows_of,
)
from tests.report.localization_scores import Mistakes

HOSTILE = ["<script>alert(1)</script>", "a&b", 'q"uote', "$x^2$"]


def test_without_a_full_run_there_is_no_gap(tmp_path: Path) -> None:
    section = built(LocalizationResults(tmp_path))
    assert (section.sentences, section.gap_drawings, section.gap.rows) == ((), (), ())


def test_protocols_of_one_name_that_differ_are_told_apart(tmp_path: Path) -> None:
    exact = {"released": {**PROTOCOLS["released"], "crop": "exact"}}
    runs = {"cdtr": {}, "exact": {"protocols": exact}}
    mistakes = dict.fromkeys(runs, Mistakes())
    section = built(LocalizationResults(tmp_path, runs=runs, mistakes=mistakes))
    (crop,) = (note for note in section.notes if "moved into the crop" in note)
    assert crop.startswith("Protocols released, half, oracle:")
    (gt_known,) = (note for note in section.notes if "map of the predicted class" in note)
    assert gt_known.startswith(
        "GT-known of the protocols released (threshold 0.2, published), half "
    )
    assert " and released of exact (threshold 0.2, published) takes the map of" in gt_known
    assert section.notes[0] == "No class map is constant; such a map would have no box."


def test_a_verdict_on_an_oracle_is_refused(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    assert CLAIM.quantity is not None
    named = Quantity(split="test", metric="top1_loc", run="cdtr", protocol="oracle")
    claim = Claim("a", "It works.", "None.", AtLeast(0.0), named)
    results.judge(CLAIM, claim)
    with pytest.raises(InputError) as raised:
        build_section(results.sources())
    sentence = str(raised.value)
    assert "claim a, which reads cdtr/seed0/metrics/test.oracle.json" in sentence
    assert "whose threshold is not chosen on the images that it is scored on" in sentence


def test_a_metrics_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    path = results.folder() / "metrics/test.honest.json"
    write_json(path, {**read_json(path), "top1_loc": 99.0})
    with pytest.raises(InputError, match=r"top1_loc of .*honest\.json: found 99\.0"):
        build_section(results.sources())


def test_names_from_the_results_are_escaped(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path, classes=HOSTILE, runs={"a&<b>": {}})
    results.judge()
    section = built(results)
    for drawing in drawings_of(section):
        assert "script" not in {e.tag for e in ElementTree.fromstring(str(drawing.svg)).iter()}
    texts = "".join(str(drawing.svg) for drawing in section.parts[0].drawings)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texts
    assert "a&amp;&lt;b&gt;: rates on test" in texts
    assert {row["class"] for row in rows_of(section.classes)} == set(HOSTILE)


def test_the_section_needs_neither_torch_nor_opencv() -> None:
    code = (
        "import sys; import methods.reporting.localization.section;"
        "print({'torch', 'cv2'} & set(sys.modules))"
    )
    done = subprocess.run(  # its own interpreter: the tests have imported both
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "set()"
