"""What a strict call asks of the verdicts."""

from pathlib import Path
from typing import Any, get_args

import pytest

from methods.configuration.loading import load_configuration
from methods.data.files import atomic_path, write_json
from methods.errors import InputError
from methods.evaluation.equivalence import Outcome
from methods.reporting.strictness import unmet_sentence
from methods.reporting.summary import main
from methods.reporting.verdict_words import WORDS, Status, is_met, is_tested

PROJECT = Path(__file__).parents[2]
SAID = "claims are not met, and the configuration says `strict: true`"


@pytest.mark.parametrize("status", ["holds", "equivalent"])
def test_what_was_shown_is_met(status: str) -> None:
    assert is_met(status)
    assert is_met(status, "at least")


@pytest.mark.parametrize(
    "status",
    [
        *("fails", "inconsistent", "inconclusive", "not evaluated", "void", "above", "below"),
        *("consistent", "non-inferior"),  # of too few seeds; a two-sided claim is never the second
    ],
)
def test_what_was_not_shown_is_unmet(status: str) -> None:
    assert not is_met(status)


@pytest.mark.parametrize("direction", ["at least", "at most"])
def test_a_one_sided_claim_asks_for_no_more_than_its_side(direction: str) -> None:
    assert is_met("non-inferior", direction)
    assert not is_met("consistent", direction)


def test_every_status_of_a_verdict_is_known() -> None:
    assert get_args(Status) == tuple(WORDS)
    assert set(get_args(Outcome)) == set(filter(is_tested, WORDS))
    assert all(bool(word.interval) == (word.basis == "test") for word in WORDS.values())
    for status in WORDS:
        assert is_met(status) == (status in ("holds", "equivalent"))


def test_a_deviation_that_a_claim_allows_meets_it() -> None:
    assert is_met("above", "at least")
    assert is_met("below", "at most")
    assert not is_met("above", "at most")
    assert not is_met("below", "at least")


def test_an_unknown_status_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no status of a verdict: 'splendid'"):
        is_met("splendid")
    write_verdicts(tmp_path, {"a": "splendid"})
    with pytest.raises(InputError, match="the status 'splendid' of the claim a"):
        unmet_sentence(tmp_path)


def test_unmet_claims_are_named_with_their_status(tmp_path: Path) -> None:
    write_verdicts(tmp_path, {"a": "holds", "b": "fails", "c": "not evaluated"})
    assert unmet_sentence(tmp_path) == f"2 of 3 {SAID}: b (fails), c (not evaluated)."
    write_verdicts(tmp_path, {"a": "above"}, direction="two-sided")
    sentence = unmet_sentence(tmp_path)
    assert sentence is not None
    assert sentence.startswith("1 of 1 claim is not met, and")
    write_verdicts(tmp_path, {"a": "above"}, direction="at least")
    assert unmet_sentence(tmp_path) is None


@pytest.mark.parametrize(("stated", "ends"), [("strict=true", True), ("strict=false", False)])
def test_the_summary_prints_everything_before_a_strict_call_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stated: str,
    ends: bool,
) -> None:
    results = tmp_path / "mini"
    write_verdicts(results, {"a": "fails", "b": "void"})
    with atomic_path(results / "report/chain-more.csv") as path:
        path.write_text("link,file\nverdicts,verdicts.json\n")
    with atomic_path(results / "report/verdicts.csv") as path:
        path.write_text("id,reason\na,So.\nb,So.\n")
    monkeypatch.chdir(PROJECT)
    storage = f"storage={{results: '{tmp_path}'}}"
    monkeypatch.setattr("sys.argv", ["summary", "--config", "experiment=mini", storage, stated])
    if ends:
        with pytest.raises(SystemExit, match=f"2 of 2 {SAID}"):
            main()
    else:
        main()
    assert f"\nReport: {results / 'report.html'}\nWhat mini is: " in capsys.readouterr().out


@pytest.mark.parametrize(("stated", "strict"), [("true", True), (True, True), ("false", False)])
def test_the_command_line_may_ask_for_it(
    stated: object, strict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    assert load_configuration(PROJECT, {"strict": stated}).strict is strict


def test_another_value_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(InputError, match="strict: found 'perhaps', expected true or false"):
        load_configuration(PROJECT, {"strict": "perhaps"})
    assert not load_configuration(PROJECT, {}).strict


def write_verdicts(results: Path, statuses: dict[str, str], **bound: Any) -> None:
    shown = {"value": 1.0, "reason": "So.", "source": "Here.", "minus": None, "control": False}
    verdicts = [
        {"id": name, "status": status, "bound": bound, **shown} for name, status in statuses.items()
    ]
    write_json(results / "verdicts.json", {"verdicts": verdicts})
