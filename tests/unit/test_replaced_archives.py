"""An archive that changed after its verification is found before it is extracted."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from methods.data.archives import verify_archives
from methods.data.files import read_json, write_json
from methods.data.scenes import render_scene
from methods.data.voc_generator import write_archives
from methods.errors import InputError
from tests.unit.small_dataset import CLASSES, SETTINGS
from tests.unit.small_job import data_job
from workflow_scripts.extract_archives import main
from workflow_scripts.job import Job


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two archives and the record of their verification."""
    archives = write_archives(
        tmp_path, settings=SETTINGS, classes=CLASSES, render=render_scene, threads=1
    )
    declared = [{"name": path.name} for path in archives]
    files = verify_archives(tmp_path, declared, source="local")
    record = {"dataset": "shapes", "source": "local", "files": files}
    write_json(tmp_path / "verified.json", record)
    return tmp_path


def job(folder: Path) -> Job:
    return data_job(
        folder,
        "extract_archives",
        input={"verified": folder / "verified.json"},
        output={"tree": folder / "tree", "extraction": folder / "extraction.json"},
        params={"format": "voc", "classes": list(CLASSES)},
        wildcards={"dataset": "shapes"},
    )


def truncate(path: Path) -> None:
    """Cut the end off and keep the time, as a copy that was interrupted may."""
    time = path.stat().st_mtime_ns
    path.write_bytes(path.read_bytes()[:-512])
    os.utime(path, ns=(time, time))


def replace(path: Path) -> None:
    """Put other bytes of the same number there, later."""
    path.write_bytes(path.read_bytes()[::-1])
    later = (path.parent / "verified.json").stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (truncate, r"a truncated archive of \d+ bytes"),
        (replace, r"sha256 \w+ over \d+ bytes"),
        (Path.unlink, "no such file"),
        (folder_instead, "a folder"),
    ],
)
def test_a_changed_archive_is_not_extracted(
    folder: Path, change: Callable[[Path], None], found: str
) -> None:
    change(folder / "benchmark.tgz")
    with pytest.raises(InputError, match=rf"benchmark\.tgz: found ({found}), expected "):
        main(job(folder))
    assert not (folder / "verified.json").exists()  # so that the next call verifies again
    assert not (folder / "tree").exists()


def test_archives_as_they_were_verified_are_extracted(folder: Path) -> None:
    main(job(folder))
    assert read_json(folder / "extraction.json")["files"] > 0


def test_a_record_of_an_earlier_version_is_made_again(folder: Path) -> None:
    write_json(folder / "verified.json", {"dataset": "shapes", "files": []})
    with pytest.raises(InputError, match=r"verified\.json: found no field 'source', .*; delete it"):
        main(job(folder))
