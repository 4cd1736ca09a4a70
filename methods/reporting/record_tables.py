"""Tables of what the results rest on: data, weights, machine and time."""

from collections import Counter
from collections.abc import Sequence

from methods.data.files import read_json
from methods.provenance import Environment
from methods.reporting.deviations import flatten, plain
from methods.reporting.sources import DatasetSources, ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table, without_empty


def weights_table(sources: ReportSources) -> Table:
    """What the pretraining saw and reached, as its card says."""
    rows = [
        [name, key, value]
        for name, card in sources.weights
        for key, value in flatten(read_json(card))
    ]
    columns = [Column("weights", Kind.NAME), Column("fact", Kind.KEY), Column("value", Kind.CODE)]
    caption = "What the pretrained weights saw before the image labels did any work."
    return build_table("weights", caption, columns, rows)


def checks_table(datasets: Sequence[DatasetSources]) -> Table:
    """What was checked of the data before anything was trained."""
    rows: list[list[Cell]] = []
    for dataset in datasets:
        for check in read_json(dataset.checks)["checks"]:
            rows.append(
                [
                    dataset.name,
                    *(check[key] for key in ("name", "severity", "checked", "failed")),
                    *(plain(check[key]) for key in ("expected", "found")),
                    ", ".join(map(str, check["examples"])) or None,
                ]
            )
    columns = [
        Column("data set", Kind.NAME),
        Column("check"),
        Column("result", Kind.SEVERITY),
        Column("checked", Kind.COUNT),
        Column("failed", Kind.COUNT),
        Column("expected"),
        Column("found"),
        Column("examples"),
    ]
    caption = (
        "Checks of the data, made before anything was trained. Checked and failed count images,"
        " files, classes or splits; examples name some that failed."
    )
    return without_empty(build_table("checks", caption, columns, rows))


def count_checks(checks: Table) -> str:
    """How the checks of the data came out, such as "23 ok, 1 warning"."""
    at = [column.kind for column in checks.columns].index(Kind.SEVERITY)
    found = Counter(row[at] for row in checks.rows)
    return ", ".join(f"{number} {severity}" for severity, number in found.most_common())


def splits_table(datasets: Sequence[DatasetSources]) -> Table:
    """How many images each split holds, and the digest of their ids."""
    rows: list[list[Cell]] = []
    for dataset in datasets:
        for split, facts in read_json(dataset.manifest)["splits"].items():
            rows.append([dataset.name, split, facts["count"], facts["sha256_of_ids"]])
    columns = [
        Column("data set", Kind.NAME),
        Column("split", Kind.NAME),
        Column("images", Kind.COUNT),
        Column("sha256 of the ids", Kind.DIGEST),
    ]
    caption = "Images of each split. Equal digests mean the same images in the same order."
    return build_table("splits", caption, columns, rows)


def environment_table(environment: Environment) -> Table:
    """The machine that wrote the page, its packages and the code."""
    changed = environment.changed
    facts: list[tuple[str, Cell]] = [
        ("host", environment.host),
        ("system", environment.system),
        ("processor", environment.processor),
        ("cores", environment.cores),
        ("GPU", ", ".join(environment.gpus) or "none answers"),
        ("GPU driver", environment.driver or "none answers"),
        ("python", environment.python),
        *environment.packages,
        *((f"sha256 of {file}", digest) for file, digest in environment.locks),
        ("git commit", environment.commit or "git does not answer"),
        (
            "files that differ from the commit",
            "git does not answer" if changed is None else ", ".join(changed) or "none",
        ),
    ]
    columns = [Column("fact"), Column("value", Kind.CODE)]
    caption = "The machine that wrote the page, and the code then."
    return build_table("environment", caption, columns, facts)
