"""The verdicts in the terminal."""

import csv
import json
import shutil
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from methods.configuration.loading import Configuration, load_configuration
from methods.data.files import atomic_path, write_json
from methods.errors import InputError
from methods.reporting.chain import CHECKPOINT, GIVEN_CHECKPOINT
from methods.reporting.summary import main, print_summary
from methods.reporting.verdict_lines import verdict_lines
from methods.seals import seal

PROJECT = Path(__file__).parents[2]


FILES = ("more/seed0/train/checkpoints/iteration_3.pt", "more/seed0/labels/val.raw/index.json")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Verdicts and a chain of two files."""
    folder = tmp_path / "other disk" / "mini"
    write_verdicts(
        folder,
        {"id": "perfect", "value": 100.0, "control": True, "bound": {"kind": "equals"}},
        {"id": "crf", "value": 64.256, "reason": "64.26 is at least 55."},
        {"id": "gain", "value": 3.1, "minus": {"control": "colour"}},
        {"id": "memory", "value": 11.0, "bound": {"kind": "published", "unit": "GB"}},
        {"id": "test", "value": None, "status": "not evaluated", "reason": "No labels."},
    )
    rows = "".join(
        f'"{link}",{file},1,0\n'
        for link, file in zip((CHECKPOINT, "label maps, raw"), FILES, strict=True)
    )
    for file, content in (*((file, "x") for file in FILES), ("report/chain-more.csv", "")):
        with atomic_path(folder / file) as path:
            path.write_text(content or f"link,file,bytes,sha256\n{rows}")
    return folder


def write_verdicts(results: Path, *entries: dict[str, object]) -> None:
    """Verdicts with what the terminal reads of each."""
    usual = {"status": "holds", "reason": "So.", "bound": {}, "minus": None, "control": False}
    verdicts = [{**usual, "source": "The masks.", **entry} for entry in entries]
    write_json(results / "verdicts.json", {"verdicts": verdicts})
    with atomic_path(results / "report/verdicts.csv") as path, path.open("w", newline="") as file:
        table = csv.DictWriter(file, ("id", "reason"), extrasaction="ignore")
        table.writeheader()
        table.writerows(verdicts)


def lines(results: Path) -> list[str]:
    """The table of the terminal, with the reasons that `write_verdicts` wrote."""
    with (results / "report/verdicts.csv").open(newline="") as file:
        reasons = {row["id"]: row["reason"] for row in csv.DictReader(file)}
    return list(verdict_lines(results / "verdicts.json", reasons))


def configuration(results: Path) -> Configuration:
    """That of mini, with its results in another place."""
    overrides = {"experiment": "mini", "storage": {"results": str(results.parent)}}
    return load_configuration(PROJECT, overrides)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr("sys.argv", ["summary", "--config", *arguments])
    main()


def test_the_table_names_every_claim_and_the_page(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["crf", "64.26", "%", "holds", "64.26", "is", "at", "least", "55."] in printed
    assert ["gain", "3.10", "points", "holds", "So."] in printed  # of percent
    assert ["memory", "11.00", "GB", "holds", "So."] in printed
    assert ["test", "-", "not", "evaluated", "No", "labels."] in printed
    assert str(results / "report.html").split() == printed[-2][1:]


def test_controls_stand_apart_with_what_they_are_expected_by(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")
    printed = capsys.readouterr().out.splitlines()
    heading = next(n for n, line in enumerate(printed) if line.startswith("Controls"))
    claims = [line.split()[0] for line in printed[1 : heading - 1]]
    assert claims == ["crf", "gain", "memory", "test"]
    assert printed[heading - 1] == printed[heading + 2] == ""  # and one control between
    source = "Source of the expected value: The masks."
    assert printed[heading + 1].split() == f"perfect 100.00 % holds So. {source}".split()


def test_what_the_page_adds_to_a_reason_is_told_too(tmp_path: Path) -> None:
    write_verdicts(tmp_path, {"id": "crf", "value": 64.256})
    told = "64.26 is at least 55. The interval reaches below the bound."
    _, row = verdict_lines(tmp_path / "verdicts.json", {"crf": told})
    assert row.endswith(f"  holds    {told}")
    with pytest.raises(InputError, match=r"found claims that the page does not have, crf, exp"):
        list(verdict_lines(tmp_path / "verdicts.json", {}))


def test_without_controls_none_are_announced(results: Path) -> None:
    write_verdicts(results, {"id": "crf", "value": 64.256})
    printed = lines(results)
    assert [line.split()[0] for line in printed] == ["claim", "crf"]


def test_the_last_line_says_what_the_experiment_can_tell(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("What mini is: ")
    assert last.endswith("says nothing about the papers' numbers.")


def test_a_terminal_that_lacks_a_letter_gets_the_rest(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_verdicts(results, {"id": "crf", "value": 64.256, "reason": "64.26 ± 0.1."})
    terminal = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", terminal)
    call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")
    terminal.seek(0)
    assert "64.26 ? 0.1." in terminal.read()


def test_no_verdicts_yet_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remedy = r"run `make report EXPERIMENT=mini`\."
    with pytest.raises(SystemExit, match=rf"verdicts\.json: found no such file, .*; {remedy}"):
        call(monkeypatch, f"storage={{results: '{tmp_path}'}}")


def test_an_unknown_experiment_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="found .* expected"):
        call(monkeypatch, "experiment=minni")


@pytest.mark.parametrize(
    ("file", "act"), [(FILES[0], "--forcerun '.*/checkpoints'"), (FILES[1], f"'.*{FILES[1]}'")]
)
def test_missing_file_behind_the_numbers_is_named(
    results: Path, monkeypatch: pytest.MonkeyPatch, file: str, act: str
) -> None:
    (results / file).unlink()
    recipe = f"run `.venv/bin/snakemake {act} --config experiment=mini`, then `make report EXPER"
    with pytest.raises(SystemExit, match=f"{file}: found no such file, .*{recipe}"):
        call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")


def test_what_an_index_is_of_is_missed_as_well(results: Path) -> None:
    index = results / FILES[1]
    labels = index.with_name("labels")
    labels.mkdir()
    (labels / "a.png").write_text("x")
    seal(results, [index, labels])
    print_summary(configuration(results))
    shutil.rmtree(labels)
    recipe = f"run `.venv/bin/snakemake '{labels}' --config experiment=mini`"
    with pytest.raises(
        InputError, match=f"{labels}: found no such file, .* label maps, raw.*{recipe}"
    ):
        print_summary(configuration(results))


def test_a_verdict_that_was_changed_is_not_told(results: Path) -> None:
    verdicts = results / "verdicts.json"
    seal(results, [verdicts])
    print_summary(configuration(results))
    verdicts.write_text(verdicts.read_text().replace("holds", "fails"))
    with pytest.raises(InputError, match=r"verdicts\.json: found a file that was changed after"):
        print_summary(configuration(results))


def test_missing_given_checkpoint_is_asked_back(results: Path) -> None:
    chain = results / "report/chain-more.csv"
    chain.write_text(f"link,file,bytes,sha256\n{GIVEN_CHECKPOINT},../../theirs.pth,1,0\n")
    with pytest.raises(InputError, match=r"theirs\.pth: found no such file, .*; put it back, or"):
        print_summary(configuration(results))
    (results.parent.parent / "theirs.pth").write_text("x")
    print_summary(configuration(results))


def test_report_without_a_chain_is_one_sentence(results: Path) -> None:
    chain = results / "report/chain-more.csv"
    for text, found in (("a,b\n1,2\n", "table of other columns"), ("link,file\nj\n", "row cut")):
        chain.write_text(text)
        with pytest.raises(InputError, match=rf"chain-more\.csv: found a {found}"):
            print_summary(configuration(results))
    chain.unlink()
    with pytest.raises(InputError, match=r"report: found no chain-.*delete .*report\.html"):
        print_summary(configuration(results))


@pytest.mark.parametrize("document", [[], {}, {"verdicts": [{"id": "crf"}]}, {"verdicts": [3]}])
def test_foreign_verdicts_are_one_sentence(results: Path, document: object) -> None:
    write_json(results / "verdicts.json", document)
    with pytest.raises(InputError, match=r"verdicts\.json: found .*; delete it"):
        print_summary(configuration(results))


@pytest.mark.parametrize("value", [10**400, -(10**400), float("nan"), float("inf"), True])
def test_a_value_that_is_no_finite_number_is_one_sentence(tmp_path: Path, value: float) -> None:
    write_verdicts(tmp_path, {"id": "crf", "value": 0.5})
    file = tmp_path / "verdicts.json"
    file.write_text(file.read_text().replace("0.5", json.dumps(value)))
    with pytest.raises(InputError, match=r"verdicts\.json: found no finite number as .* crf, exp"):
        lines(tmp_path)


def test_a_unit_of_nothing_is_one_sentence(tmp_path: Path) -> None:
    write_verdicts(tmp_path, {"id": "memory", "value": 11.0, "bound": {"unit": None}})
    with pytest.raises(InputError, match=r"verdicts\.json: found 'unit' of type NoneType"):
        lines(tmp_path)


def test_a_claim_is_one_line_that_hides_nothing(tmp_path: Path) -> None:
    source = "The masks,\nand the \x1b[31mscript\u202e.\n"
    bound = {"kind": "equals", "unit": "\x1b]0;"}
    claim = {"id": "per\x1b[31mfect", "value": 1.0, "bound": bound, "source": source}
    write_verdicts(tmp_path, claim)
    _, row = lines(tmp_path)
    assert " ".join(row.split()) == (
        "per[U+001B][31mfect 1.00 [U+001B]]0; holds So. Source of the expected value: The masks,"
        " and the [U+001B][31mscript[U+202E]."
    )
    assert row.isprintable()
