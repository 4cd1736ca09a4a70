"""What is counted in the headline, and which protocol stands for a run."""

from pathlib import Path

from methods.data.files import write_json
from methods.reporting.claim_counts import headline, tally
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.headlines import read_headlines
from methods.reporting.verdict_words import label, tone
from tests.report.results import Results


def claim_row(
    status: str, *, trained: int = 1, direction: str = "two-sided", **of: bool
) -> ClaimRow:
    published = {"of_publication": status not in ("holds", "fails")}
    return ClaimRow(
        id="a",
        statement="It works.",
        target="1",
        reference=1.0,
        value=1.0,
        unit="%",
        difference=0.0,
        status=status,
        verdict=label(status, trained),
        tone=tone(status, {"direction": direction}),
        one_sided=direction != "two-sided",
        trained=trained,
        statistics=(None,) * 5,
        reason="So.",
        expected="",
        interval=None,
        facts=(),
        files=(),
        chains=(),
        of_chosen=True,
        **{"calibration": False, "control": False, "of_report": False, **published, **of},
    )


def test_calibrations_are_counted_apart() -> None:
    good, bad = claim_row("equivalent"), claim_row("below")
    given = claim_row("equivalent", calibration=True)
    words = "claims are equivalent to the publication"
    assert headline([good, good, bad]) == f"2 of 3 {words}"
    assert headline([good, given, bad]) == f"1 of 2 {words}; 1 more is a calibration"
    assert headline([good, good, good, bad, given, given]) == (
        f"3 of 4 {words}; 2 more are calibrations"
    )
    assert headline([given]) == (
        "Calibration alone, nothing trained here: 1 of 1 claim is equivalent to the publication"
    )


def test_controls_are_counted_apart_and_the_pipeline_is_no_paper() -> None:
    good, bad = claim_row("holds"), claim_row("fails")
    control, broken = claim_row("holds", control=True), claim_row("fails", control=True)
    words = "claims about the pipeline hold, none is about a paper"
    assert headline([good, bad]) == f"1 of 2 {words}"
    assert headline([good, bad, control, broken]) == f"1 of 2 {words}; 1 of 2 controls hold"
    assert headline([control]) == "1 of 1 control holds"
    assert headline([claim_row("equivalent"), control]) == (
        "1 of 1 claim is equivalent to the publication; 1 of 1 control holds"
    )
    assert headline([claim_row("equivalent", calibration=True), control]) == (
        "Calibration alone, nothing trained here: 1 of 1 claim is equivalent to the publication;"
        " 1 of 1 control holds"
    )
    assert tally([good, control, broken]) == (
        ("holds", "good", 1),
        ("holds (control)", "good", 1),
        ("fails (control)", "bad", 1),
    )


def test_who_repeats_a_report_of_a_re_run_has_reproduced_no_publication() -> None:
    bad = claim_row("below")
    repeated = claim_row("equivalent", of_report=True)
    assert headline([bad, repeated, repeated]) == (
        "0 of 1 claim is equivalent to the publication; 2 of 2 claims are equivalent to the report"
        " of a re-run"
    )
    assert headline([repeated]) == "1 of 1 claim is equivalent to the report of a re-run"


def test_what_too_few_seeds_agree_with_is_never_added_to_what_was_shown() -> None:
    weak, against = claim_row("consistent"), claim_row("inconsistent")
    assert headline([weak, weak, against]) == (
        "2 of 3 claims are consistent with the publication (one seed)"
    )
    assert headline([claim_row("equivalent"), weak, claim_row("void")]) == (
        "1 of 3 claims are equivalent to the publication; 1 is consistent with it (one seed)"
    )
    assert headline([claim_row("holds"), claim_row("fails"), weak, weak]) == (
        "2 of 2 claims are consistent with the publication (one seed); 1 of 2 claims about the"
        " pipeline hold"
    )
    assert headline([weak, claim_row("inconsistent", trained=2)]) == (
        "1 of 2 claims are consistent with the publication (too few seeds for a test)"
    )
    repeated = claim_row("consistent", of_report=True)
    assert headline([claim_row("below"), repeated]) == (
        "0 of 1 claim is equivalent to the publication; 1 of 1 claim is consistent with the"
        " report of a re-run (one seed)"
    )
    assert tally([weak, weak, claim_row("consistent", trained=2), against]) == (
        ("consistent (2 seeds)", "weak", 1),
        ("consistent (one seed)", "weak", 2),
        ("inconsistent (one seed)", "bad", 1),
    )


def test_a_one_sided_claim_is_not_called_equivalent() -> None:
    kept = claim_row("non-inferior", direction="at least")
    better = claim_row("above", direction="at least")
    words = "claims are non-inferior to the publication"
    assert headline([kept, better, claim_row("below", direction="at least")]) == f"2 of 3 {words}"
    assert headline([kept, claim_row("equivalent")]) == (
        "2 of 2 claims are equivalent or non-inferior to the publication"
    )


def test_the_pipeline_is_never_counted_as_a_paper() -> None:
    void, own = claim_row("void"), claim_row("holds")
    assert headline([own, void]) == (
        "0 of 1 claim about the publication is met; 1 of 1 claim about the pipeline holds"
    )
    assert headline([void, claim_row("not evaluated")]) == (
        "0 of 2 claims about the publication are met"
    )
    assert headline([own, claim_row("equivalent", of_report=True)]) == (
        "1 of 1 claim is equivalent to the report of a re-run; 1 of 1 claim about the pipeline"
        " holds, none is about a paper"
    )


def quantity(run: str, protocol: str) -> dict[str, object]:
    return {"quantity": {"run": run, "split": "val", "protocol": protocol, "metric": "miou"}}


def test_the_first_claim_says_which_protocol_stands_for_a_run(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": {}, "other": {}})
    path = tmp_path / "verdicts.json"

    def headlines(*entries: dict[str, object], **settings: object) -> dict[str, str]:
        write_json(path, {"verdicts": list(entries)})
        return read_headlines(path, {**results.experiment, **settings})

    assert headlines() == {"more": "aspect_crf", "other": "aspect_crf"}
    no_claim = {"quantity": None}
    named = (quantity("more", "cam"), quantity("more", "multiscale"), quantity("more", "crf"))
    assert headlines(no_claim, *named) == {"more": "multiscale", "other": "multiscale"}
    assert headlines(*named, quantity("other", "raw"))["other"] == "raw"
    validation = {"quantity": {"run": "more", "split": "val", "validation": "cam"}}
    assert headlines(validation, quantity("more", "crf"))["more"] == "crf"
    ablation = {"full": "more", "protocol": "aspect", "split": "val"}
    assert headlines(*named, ablation=ablation) == {"more": "aspect", "other": "aspect"}
    elsewhere = {"full": "more", "protocol": "cam", "split": "train"}
    assert headlines(*named, ablation=elsewhere) == headlines(*named)
