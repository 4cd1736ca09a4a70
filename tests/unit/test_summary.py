"""The verdicts in the terminal."""

from pathlib import Path

import pytest

from methods.data.files import write_json
from methods.reporting.summary import main

PROJECT = Path(__file__).parents[2]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr("sys.argv", ["summary", "--config", *arguments])
    main()


def test_the_table_names_every_claim_and_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "other disk" / "mini"
    verdicts = [
        {"id": "crf", "value": 64.256, "status": "holds", "reason": "64.26 is at least 55."},
        {"id": "test", "value": None, "status": "not evaluated", "reason": "No labels."},
    ]
    write_json(results / "verdicts.json", {"verdicts": verdicts})
    call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["crf", "64.26", "holds", "64.26", "is", "at", "least", "55."] in printed
    assert ["test", "-", "not", "evaluated", "No", "labels."] in printed
    assert str(results / "report.html").split() == printed[-1][1:]


def test_no_verdicts_yet_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match=r"verdicts\.json: found no such file"):
        call(monkeypatch, f"storage={{results: '{tmp_path}'}}")


def test_an_unknown_experiment_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="found .* expected"):
        call(monkeypatch, "experiment=minni")
