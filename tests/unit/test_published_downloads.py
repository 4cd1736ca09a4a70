"""Published archives from servers of this machine, by the rules' own scripts, to the checks."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from methods.data import sources
from methods.data.files import read_json
from methods.data.findings import Counts
from methods.data.published_counts import PUBLISHED
from methods.data.scenes import render_scene
from methods.data.sources import read_sources
from methods.data.voc import voc_folder
from methods.data.voc_generator import write_archives
from tests.unit.download_server import Answer, Server, cut, serving, status, whole
from tests.unit.small_dataset import CLASSES, SETTINGS, SPLITS
from tests.unit.small_job import data_job
from workflow_scripts import check_dataset, extract_archives, fetch_archives, fetch_weights

NAMES = ("VOCtrainval.tar", "benchmark.tgz")
COLUMNS = (
    *("file", "version", "urls", "bytes", "about_bytes", "about_unpacked"),
    *("digest", "fetched_by", "terms", "remark"),
)
COUNTS = Counts(3, 15, SPLITS, {"masks of SBD": 10, "augmented masks": 15})


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The archives of a small data set, by name."""
    made = write_archives(
        tmp_path_factory.mktemp("made"),
        settings=SETTINGS,
        classes=CLASSES,
        render=render_scene,
        threads=1,
    )
    return {path.name: path.read_bytes() for path in made}


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """What keeps a test's servers running."""
    with ExitStack() as running:
        yield running


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A table of sources of the test's own, without a row."""
    path = tmp_path / "sources.csv"
    path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    monkeypatch.setattr(sources, "TABLE", path)
    read_sources.cache_clear()
    yield path
    read_sources.cache_clear()


def publish(table: Path, file: str, servers: Sequence[Server], size: str, digest: str) -> None:
    """Add a row."""
    row = {
        "file": file,
        "version": "of a test",
        "urls": " ".join(server.address for server in servers),
        "bytes": size,
        "digest": digest,
        "fetched_by": "anyone",
        "terms": "none",
    }
    with table.open("a", newline="", encoding="utf-8") as stream:
        csv.DictWriter(stream, COLUMNS, restval="").writerow(row)
    read_sources.cache_clear()


def serve(servers: ExitStack, *answers: Answer) -> Server:
    return servers.enter_context(serving(*answers))


def check_published(folder: Path) -> Path:
    """Run the scripts from the archives to the checks; return the folder of the archives."""
    archives, extracted = folder / "archives", folder / "extracted"
    known = {"format": "voc", "source": "published", "classes": list(CLASSES)}
    verified, extraction = archives / "verified.json", extracted / "extraction.json"
    fetching = data_job(
        folder,
        "fetch_archives",
        input={"receipt": [], "generated": []},
        output={"verified": verified},
        params={**known, "archives": [read_sources()[name].archive() for name in NAMES]},
        wildcards={"dataset": "shapes"},
    )
    fetch_archives.main(fetching)
    extracting = replace(
        fetching,
        rule="extract_archives",
        input={"verified": verified},
        output={"tree": extracted / "tree", "extraction": extraction},
        params=known,
    )
    extract_archives.main(extracting)
    written = {"manifest": "manifest.json", "index": "index.csv", "checks": "checks.json"}
    checking = replace(
        fetching,
        rule="check_dataset",
        input={"extraction": extraction},
        output={key: folder / name for key, name in written.items()},
        params={
            **known,
            "images": str(voc_folder(extracted / "tree")),
            "splits": SPLITS,
            "expected_images": 15,
            "held_out": None,
        },
    )
    check_dataset.main(checking)
    return archives


@pytest.mark.parametrize("mishap", ["none", "cut at 30 %", "404 at the first mirror"])
def test_archives_come_by_http_and_pass_the_checks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    contents: dict[str, bytes],
    servers: ExitStack,
    table: Path,
    pauses: list[float],
    mishap: str,
) -> None:
    monkeypatch.setitem(PUBLISHED, "voc", COUNTS)
    voc, sbd = (contents[name] for name in NAMES)
    third = len(voc) * 3 // 10
    first, asked, waited = {
        "none": ([whole(voc)], [[""], []], []),
        "cut at 30 %": ([cut(voc, third), whole(voc)], [["", f"bytes={third}-"], []], [2]),
        "404 at the first mirror": ([status(404)], [[""], [""]], []),
    }[mishap]
    mirrors = [serve(servers, *first), serve(servers, whole(voc))]
    other = serve(servers, whole(sbd))
    md5 = hashlib.md5(voc, usedforsecurity=False).hexdigest()
    publish(table, NAMES[0], mirrors, str(len(voc)), f"md5:{md5}")
    publish(table, NAMES[1], [other], "", "")
    archives = check_published(tmp_path)
    assert [server.asked for server in mirrors] == asked
    assert pauses == waited
    assert {path.name for path in archives.iterdir()} == {
        *(*NAMES, "benchmark.tgz.sha256", "verified.json"),
    }
    assert all((archives / name).read_bytes() == contents[name] for name in NAMES)
    checks = {check["name"]: check for check in read_json(tmp_path / "checks.json")["checks"]}
    digests = checks["archives have the digest that is published"]
    assert (digests["severity"], digests["examples"]) == ("warning", ["benchmark.tgz"])
    assert checks["the numbers are the published ones"]["severity"] == "ok"
    counts = {
        name: split["count"]
        for name, split in read_json(tmp_path / "manifest.json")["splits"].items()
    }
    assert counts == SPLITS
    assert len((tmp_path / "index.csv").read_text("utf-8").splitlines()) == 1 + 15


def test_weights_come_by_http_from_the_next_mirror(
    tmp_path: Path, servers: ExitStack, table: Path, pauses: list[float]
) -> None:
    content = bytes(range(256)) * 100
    digest = hashlib.sha256(content).hexdigest()
    third = len(content) * 3 // 10
    wrong = serve(servers, whole(content[::-1]))
    right = serve(servers, cut(content, third), whole(content))
    publish(table, "vit.pth", [wrong, right], "", f"sha256-prefix:{digest[:8]}")
    known = read_sources()["vit.pth"].sha256_prefix()
    block = {"source": "published", "sha256_prefix": known, "network": {}, "task": "a test"}
    job = data_job(
        tmp_path,
        "fetch_weights",
        input={},
        output={"card": tmp_path / "card.json"},
        params={"weights": block, "path": str(tmp_path / "weights/vit.pth")},
        wildcards={"weights": "vit"},
    )
    fetch_weights.main(job)
    assert read_json(tmp_path / "card.json")["sha256"] == digest
    assert (tmp_path / "weights/vit.pth").read_bytes() == content
    assert (wrong.asked, right.asked) == ([""], ["", f"bytes={third}-"])
    assert pauses == [2]
