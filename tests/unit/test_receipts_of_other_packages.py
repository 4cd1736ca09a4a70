"""Receipts of packages that another call left in the results, such as those of other seeds."""

from pathlib import Path

import pytest

from methods.errors import InputError
from methods.submission.receipts import match_receipts
from methods.yaml_files import read_yaml
from tests.unit.small_package import TODAY, make_package, match, receipt, write


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    results = tmp_path_factory.mktemp("results")
    return [make_package(results, "more", seed) for seed in (0, 1)]


@pytest.fixture(scope="module")
def digests(packages: list[Path]) -> list[str]:
    return [read_yaml(path)["sha256"] for path in packages]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The receipts' path, relative as in an experiment file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "receipts").mkdir()
    return Path("receipts/voc2012_test.yaml")


def test_a_receipt_of_a_seed_that_is_not_called_for_stays_without_effect(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [receipt(digests[0]), receipt(digests[1])])
    assert match(packages[:1], file) == [
        {"run": "more", "seed": 0, "sha256": digests[0], "receipt": receipt(digests[0])}
    ]
    write(file, [receipt(digests[1])])
    assert [entry["receipt"] for entry in match(packages[:1], file)] == [None]


def test_a_receipt_of_another_seed_has_to_be_right_as_well(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [{**receipt(digests[1]), "mean": 70.0}])
    with pytest.raises(InputError, match=r"receipt 1, mean: found 70\.0, expected 77\.950"):
        match(packages[:1], file)
    write(file, [receipt(digests[1]), receipt(digests[0]), receipt(digests[1])])
    with pytest.raises(InputError, match=r"receipt 3: found a second receipt for the package"):
        match(packages[:1], file)


def test_a_receipt_that_matches_no_package_in_the_results_is_refused(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [receipt(digests[0]), receipt("ab" * 32)])
    with pytest.raises(InputError) as raised:
        match(packages[:1], file)
    assert str(raised.value) == (
        f"receipts/voc2012_test.yaml, receipt 2: found a receipt for the package {'ab' * 32},"
        f" expected {digests[0]} (more, seed 0), or that of another package in"
        f" {packages[0].parents[3]}; delete it, or bring back the results whose package was scored."
    )


def test_a_receipt_of_a_run_that_is_no_more(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [receipt(digests[1])])
    results = packages[0].parents[3]
    assert match_receipts([], file, {}, TODAY, results) == {"packages": []}
    write(file, [receipt("ab" * 32)])
    with pytest.raises(InputError, match="expected that of another package in"):
        match_receipts([], file, {}, TODAY, results)


def test_a_package_of_another_seed_that_was_changed_since(tmp_path: Path, file: Path) -> None:
    first, second = (make_package(tmp_path, "more", seed) for seed in (0, 1))
    write(file, [receipt(read_yaml(second)["sha256"])])
    (second.parent / "results.tar").write_bytes(b"")
    with pytest.raises(InputError, match=r"results\.tar: found sha256 \w{64}, expected sha256"):
        match([first], file)
