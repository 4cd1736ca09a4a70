"""A receipt of the evaluation server counts for the very package that was scored, or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from methods.errors import InputError
from methods.submission.receipts import match_receipts
from methods.yaml_files import read_yaml
from tests.unit.small_package import CLASSES, TODAY, make_package, match, receipt, write

Change = Callable[[dict[str, Any]], object]


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


def test_without_a_file_every_package_waits(packages: list[Path], digests: list[str]) -> None:
    assert match(packages, None) == [
        {"run": "more", "seed": 0, "sha256": digests[0], "receipt": None},
        {"run": "more", "seed": 1, "sha256": digests[1], "receipt": None},
    ]
    assert match_receipts([], None, {}, TODAY, Path("none")) == {"packages": []}


def test_a_receipt_goes_to_the_package_that_it_names(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [receipt(digests[1])])
    found = match(packages, file)
    assert [entry["receipt"] for entry in found] == [None, receipt(digests[1])]
    write(file, [receipt(digests[1]), receipt(digests[0])])
    found = match(packages, file)
    assert [entry["receipt"]["package_sha256"] for entry in found] == digests
    write(file, [])
    assert [entry["receipt"] for entry in match(packages, file)] == [None, None]


def test_the_example_of_the_readme_is_of_the_right_form(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    text = (Path(__file__).parents[2] / "receipts/README.md").read_text()
    example = text.partition("```yaml\n")[2].partition("   ```")[0]
    example = example.replace("0123456789abcdef...", digests[0])
    example = example.replace("# ... and every other class of the data set", "bicycle: 50\n")
    example = example.replace("bicycle: 50\n", "bicycle: 50\n       bird: 68.7")
    file.write_text(example)
    entry = match(packages, file)[0]["receipt"]
    assert entry["per_class"]["background"] == 93.1
    assert entry["mean"] == 75.0


def test_a_receipt_for_another_package_is_refused(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [receipt(digests[0]), receipt("ab" * 32)])
    with pytest.raises(InputError) as raised:
        match(packages, file)
    assert str(raised.value) == (
        f"receipts/voc2012_test.yaml, receipt 2: found a receipt for the package {'ab' * 32},"
        f" expected one of {digests[0]} (more, seed 0), {digests[1]} (more, seed 1); delete it, or"
        " bring back the results whose package was scored."
    )
    with pytest.raises(InputError, match="expected none, since the experiment makes no package;"):
        match([], file)


def test_a_second_receipt_for_a_package_is_refused(
    packages: list[Path], digests: list[str], file: Path
) -> None:
    write(file, [receipt(digests[0]), receipt(digests[1]), receipt(digests[0])])
    with pytest.raises(InputError) as raised:
        match(packages, file)
    assert str(raised.value) == (
        f"receipts/voc2012_test.yaml, receipt 3: found a second receipt for the package"
        f" {digests[0]}, expected one a package; keep the one that the server gave for this very"
        " file."
    )


def set_class(name: str, value: Any) -> Change:
    return lambda entry: entry["per_class"].__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda entry: entry.pop("url"),
            ": found no such key, expected the key 'url'; add it.",
        ),
        (
            lambda entry: entry.update(means=1),
            ": found the unknown key 'means', expected 'mean'; correct the key or delete it.",
        ),
        (
            lambda entry: entry.update(url="ftp://host/a"),
            (
                r", url: found 'ftp://host/a', expected text that matches ^https?://[^\s/]+(/\S*)?\Z;"
                " correct this value."
            ),
        ),
        (
            lambda entry: entry.update(url="http://"),
            (
                r", url: found 'http://', expected text that matches ^https?://[^\s/]+(/\S*)?\Z;"
                " correct this value."
            ),
        ),
        (
            lambda entry: entry.update(date="24.11.2026"),
            (
                r", date: found '24.11.2026', expected text that matches"
                r" ^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z; correct this value."
            ),
        ),
        (
            lambda entry: entry.update(date="2026-02-30"),
            ", date: found 2026-02-30, which is no day, expected YYYY-MM-DD; correct it.",
        ),
        (
            lambda entry: entry.update(date="2026-11-25"),
            ", date: found 2026-11-25, which is to come, expected at most 2026-11-24; correct it.",
        ),
        (
            lambda entry: entry.update(package_sha256="ab" * 31),
            (
                f", package_sha256: found '{'ab' * 31}', expected text that matches"
                r" ^[0-9a-f]{64}\Z; correct this value."
            ),
        ),
        (
            lambda entry: entry["per_class"].pop("background"),
            (
                ", per_class: found no number of background, expected the IoU of each of the 4"
                " classes; copy it from the server's page."
            ),
        ),
        (
            set_class("bord", 50.0),
            ", per_class: found the unknown class 'bord', expected 'bird'; correct its name.",
        ),
        (
            set_class("bird", 100.5),
            ", per_class.bird: found 100.5, expected at most 100; correct this value.",
        ),
        (
            set_class("bird", -1),
            ", per_class.bird: found -1, expected at least 0; correct this value.",
        ),
        (
            set_class("bird", "90.5 %"),
            ", per_class.bird: found '90.5 %', expected a number; correct this value.",
        ),
        (
            set_class("bird", True),
            ", per_class.bird: found True, expected a number; correct this value.",
        ),
        (
            set_class("bird", float("nan")),
            ", per_class: found nan for bird, expected 0 to 100; copy it from the server's page.",
        ),
        (
            lambda entry: entry.update(mean=78.01),
            (
                ", mean: found 78.01, expected 77.950, the mean of its classes, within 0.05; look"
                " for a number that was copied wrongly."
            ),
        ),
        (
            lambda entry: entry.update(mean=float("nan")),
            (
                ", mean: found nan, expected 77.950, the mean of its classes, within 0.05; look"
                " for a number that was copied wrongly."
            ),
        ),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(
    packages: list[Path], digests: list[str], file: Path, change: Change, sentence: str
) -> None:
    entry = receipt(digests[0])
    change(entry)
    write(file, [entry])
    with pytest.raises(InputError) as raised:
        match(packages, file)
    assert str(raised.value) == f"receipts/voc2012_test.yaml, receipt 1{sentence}"


def test_shares_are_no_percents(packages: list[Path], digests: list[str], file: Path) -> None:
    entry = receipt(digests[0])
    shares = {name: value / 100 for name, value in entry["per_class"].items()}
    write(file, [{**entry, "per_class": shares, "mean": entry["mean"] / 100}])
    with pytest.raises(
        InputError, match=r"per_class: found no class above 0\.\d+, expected percent"
    ):
        match(packages, file)


@pytest.mark.parametrize("mean", [77.9, 77.95, 78.0])
def test_a_mean_may_be_rounded(
    packages: list[Path], digests: list[str], file: Path, mean: float
) -> None:
    write(file, [{**receipt(digests[0]), "mean": mean}])
    assert match(packages, file)[0]["receipt"]["mean"] == mean


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "found None, expected a list"),
        ("url: http://a.b/c", r"found \{'url': 'http://a.b/c'\}, expected a list"),
        ("- http://a.b/c", "test.yaml, 0: found 'http://a.b/c', expected a block of keys"),
        ("- url: a\n  url: b", "line 2: found a mistake .the key 'url' a second time."),
    ],
)
def test_a_file_that_is_no_list_of_receipts_is_refused(
    packages: list[Path], file: Path, text: str, found: str
) -> None:
    file.write_text(text)
    with pytest.raises(InputError, match=found):
        match(packages, file)


def test_the_classes_are_those_of_the_package_s_data_set(tmp_path: Path, file: Path) -> None:
    packages = [make_package(tmp_path, run, 0) for run in ("more", "small")]
    digests = [read_yaml(path)["sha256"] for path in packages]
    small = receipt(digests[1])
    small["per_class"] = {"background": 80.0, "ship": 40.0}
    small["mean"] = 60.0
    write(file, [receipt(digests[0]), small])
    classes = {"more": CLASSES, "small": ("ship",)}
    entries = match_receipts(packages, file, classes, TODAY, tmp_path)["packages"]
    assert [entry["receipt"]["mean"] for entry in entries] == [77.95, 60.0]


def test_equal_packages_share_a_receipt(tmp_path: Path, file: Path) -> None:
    packages = [make_package(tmp_path, "more", seed) for seed in (0, 4)]
    digest = read_yaml(packages[0])["sha256"]
    write(file, [receipt(digest)])
    entries = match(packages, file)
    assert [(entry["seed"], entry["receipt"]) for entry in entries] == [
        (0, receipt(digest)),
        (4, receipt(digest)),
    ]


def test_a_package_that_was_changed_since_gets_no_receipt(tmp_path: Path, file: Path) -> None:
    path = make_package(tmp_path, "more", 0)
    write(file, [receipt(read_yaml(path)["sha256"])])
    tar = path.parent / "results.tar"
    tar.write_bytes(tar.read_bytes() + bytes(512))
    with pytest.raises(InputError, match=r"results\.tar: found sha256 \w{64}, expected sha256"):
        match([path], file)
