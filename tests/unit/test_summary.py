"""The verdicts in the terminal."""

from pathlib import Path

import pytest

from methods.data.files import atomic_path, write_json
from methods.errors import InputError
from methods.reporting.chain import CHECKPOINT, GIVEN_CHECKPOINT
from methods.reporting.summary import main, print_summary

PROJECT = Path(__file__).parents[2]


FILES = ("more/seed0/train/checkpoints/iteration_3.pt", "more/seed0/labels/val.raw/index.json")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Verdicts and a chain of two files."""
    folder = tmp_path / "other disk" / "mini"
    verdicts = [
        {"id": "crf", "value": 64.256, "status": "holds", "reason": "64.26 is at least 55."},
        {"id": "test", "value": None, "status": "not evaluated", "reason": "No labels."},
    ]
    write_json(folder / "verdicts.json", {"verdicts": verdicts})
    rows = "".join(
        f'"{link}",{file},1,0\n'
        for link, file in zip((CHECKPOINT, "label maps, raw"), FILES, strict=True)
    )
    for file, content in (*((file, "x") for file in FILES), ("report/chain-more.csv", "")):
        with atomic_path(folder / file) as path:
            path.write_text(content or f"link,file,bytes,sha256\n{rows}")
    return folder


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr("sys.argv", ["summary", "--config", *arguments])
    main()


def test_the_table_names_every_claim_and_the_page(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["crf", "64.26", "holds", "64.26", "is", "at", "least", "55."] in printed
    assert ["test", "-", "not", "evaluated", "No", "labels."] in printed
    assert str(results / "report.html").split() == printed[-1][1:]


def test_no_verdicts_yet_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        SystemExit, match=r"verdicts\.json: found no such file, .*; run snakemake\."
    ):
        call(monkeypatch, f"storage={{results: '{tmp_path}'}}")


def test_an_unknown_experiment_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="found .* expected"):
        call(monkeypatch, "experiment=minni")


@pytest.mark.parametrize(
    ("file", "act"), [(FILES[0], "--forcerun train_model"), (FILES[1], f"'.*{FILES[1]}'")]
)
def test_missing_file_behind_the_numbers_is_named(
    results: Path, monkeypatch: pytest.MonkeyPatch, file: str, act: str
) -> None:
    (results / file).unlink()
    with pytest.raises(SystemExit, match=f"{file}: found no such file, .*run `snakemake {act}`"):
        call(monkeypatch, "experiment=mini", f"storage={{results: '{results.parent}'}}")


def test_missing_given_checkpoint_is_asked_back(results: Path) -> None:
    chain = results / "report/chain-more.csv"
    chain.write_text(f"link,file,bytes,sha256\n{GIVEN_CHECKPOINT},../../theirs.pth,1,0\n")
    with pytest.raises(InputError, match=r"theirs\.pth: found no such file, .*; put it back, or"):
        print_summary(results)
    (results.parent.parent / "theirs.pth").write_text("x")
    print_summary(results)


def test_report_without_a_chain_is_one_sentence(results: Path) -> None:
    chain = results / "report/chain-more.csv"
    for text in ("a,b\n1,2\n", "link,file\njournal\n"):
        chain.write_text(text)
        with pytest.raises(InputError, match=r"chain-more\.csv: found a table of other columns"):
            print_summary(results)
    chain.unlink()
    with pytest.raises(InputError, match=r"report: found no chain-.*delete .*report\.html"):
        print_summary(results)


@pytest.mark.parametrize("document", [[], {}, {"verdicts": [{"id": "crf"}]}, {"verdicts": [3]}])
def test_foreign_verdicts_are_one_sentence(results: Path, document: object) -> None:
    write_json(results / "verdicts.json", document)
    with pytest.raises(InputError, match=r"verdicts\.json: found .*; delete it"):
        print_summary(results)
