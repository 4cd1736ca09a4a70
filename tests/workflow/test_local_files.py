"""Archives that lie in places of their own are linked, and where they lie makes nothing stale."""

import json
import re
from pathlib import Path

from methods.data.files import read_json
from methods.data.formats import VOC
from tests.workflow.projects import Project
from tests.workflow.refusals import only_sentence

NAMES = VOC.archives


def where(folder: Path) -> tuple[str, str]:
    """The command line that says where the archives are."""
    return "--config", f"storage={json.dumps({'local': {n: str(folder / n) for n in NAMES}})}"


def test_archives_are_linked_from_where_they_are(
    finished_chain: Project, fresh_project: Project, tmp_path: Path
) -> None:
    experiment = fresh_project.folder / "experiments/tiny.yaml"
    text = experiment.read_text(encoding="utf-8").replace("source: generated", "source: local")
    entries = "".join(f"      - {{name: {name}, digest: unknown}}\n" for name in NAMES)
    text = re.sub(r"    generated: .*\n", f"    archives:\n{entries}", text)
    experiment.write_text(text, encoding="utf-8")
    elsewhere = tmp_path / "data sets"
    sentence = only_sentence(fresh_project.snakemake("data", *where(elsewhere)))
    assert "VOCtrainval.tar: found no such file" in sentence
    made = finished_chain.folder / "data/generated/shapes"
    elsewhere.mkdir()
    for name in NAMES:
        (elsewhere / name).write_bytes((made / name).read_bytes())
    done = fresh_project.snakemake("data", *where(elsewhere))
    assert done.returncode == 0, done.stderr
    folder = fresh_project.folder / "data/archives/shapes"
    assert all((folder / name).samefile(elsewhere / name) for name in NAMES)
    files = read_json(folder / "verified.json")["files"]
    assert [file["remembered"] for file in files] == 3 * [True]
    again = fresh_project.snakemake("data", "--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr


def test_name_that_nothing_uses_is_refused(fresh_project: Project) -> None:
    done = fresh_project.snakemake(
        "data", "--config", "storage={'local': {'VOCtrainval_11-May-2021.tar': '/x.tar'}}"
    )
    assert done.returncode == 1
    assert "'VOCtrainval_11-May-2021.tar', which is no file of this experiment" in done.stderr
    assert "expected 'VOCtrainval_11-May-2012.tar'" in done.stderr
