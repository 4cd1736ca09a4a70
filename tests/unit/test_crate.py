"""What the crate says of the code, the jobs and the papers."""

from dataclasses import replace
from pathlib import Path

import pytest

from methods.errors import InputError
from methods.provenance import describe_environment
from methods.reporting.crate.entities import anchor
from methods.reporting.crate.facts import code_facts
from methods.reporting.crate.files import CrateFile
from methods.reporting.crate.papers import read_citation
from methods.reporting.crate.snapshot import write_snapshot
from methods.yaml_files import read_yaml

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = describe_environment(REPOSITORY)
CITATION = """\
title: A project
version: 1.0
authors: [{name: A group}]
references:
  - {title: One, authors: [{given-names: A, family-names: B}], year: 2025, ADDRESS}
"""


def test_code_is_the_commit_or_differs_from_it() -> None:
    clean = dict(code_facts(replace(ENVIRONMENT, commit="abc", changed=())))
    assert clean == {"git commit": "abc", "code differs from the commit": False}
    dirty = dict(code_facts(replace(ENVIRONMENT, commit="abc", changed=("a.py", "b.py"))))
    assert dirty["code differs from the commit"] is True
    assert dirty["changed files"] == "a.py, b.py"
    many = dict(code_facts(replace(ENVIRONMENT, commit="abc", changed=tuple("f" * 25))))
    assert str(many["changed files"]).endswith("and 5 more")


def test_where_git_does_not_answer_nothing_is_claimed_of_the_code() -> None:
    facts = dict(code_facts(replace(ENVIRONMENT, commit=None, changed=None)))
    assert facts == {"git commit": "unknown: git does not answer"}


def test_the_projects_citation_names_both_papers() -> None:
    citation = read_citation(REPOSITORY / "CITATION.cff")
    assert [paper.url for paper in citation.papers] == [
        "https://arxiv.org/abs/2412.11076",
        "https://doi.org/10.1109/TPAMI.2025.3548704",
    ]
    assert citation.papers[0].authors[0] == "Zhiwei Yang"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CITATION.replace("ADDRESS", "pages: 3"), "neither, expected a DOI or an arXiv number"),
        ("title: A project\n", "'references'"),
        ("- a list\n", "found values of another kind, expected title"),
        ("references: [{authors: [1], title: A}]\n", "found values of another kind"),
    ],
)
def test_a_citation_without_what_is_needed_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_citation(path)


def test_an_unknown_ending_is_bytes(tmp_path: Path) -> None:
    formats = {
        name: CrateFile(tmp_path, Path(name)).format for name in ("a.pt", "a.csv", "LICENSE")
    }
    assert formats == {
        "a.pt": "application/octet-stream",
        "a.csv": "text/csv",
        "LICENSE": "text/plain",
    }


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone.json: found no such file"):
        _ = CrateFile(tmp_path, Path("gone.json")).size


def test_the_experiment_is_written_out_and_files_keep_their_places(tmp_path: Path) -> None:
    repository, shared = tmp_path / "project", {"scales": [1.0]}
    (repository / "rules").mkdir(parents=True)
    (repository / "rules/a.smk").write_text("rule a:\n", encoding="utf-8")
    folder = tmp_path / "results/workflow"
    for _ in range(2):  # the second time in place of the first
        experiment = {"one": shared, "two": shared}
        write_snapshot(folder, repository, [repository / "rules/a.smk"], experiment)
    assert (folder / "rules/a.smk").read_text(encoding="utf-8") == "rule a:\n"
    text = (folder / "experiment.yaml").read_text(encoding="utf-8")
    assert "&" not in text  # no alias: equal content, equal bytes
    assert read_yaml(folder / "experiment.yaml") == {"one": shared, "two": shared}


def test_anchors_hold_no_blank() -> None:
    assert anchor("job", "score labels/ü") == "#job-score-labels-"
