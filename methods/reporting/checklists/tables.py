"""Filled checklists as tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.reporting.checklists import data_answers, leakage_answers, run_answers
from methods.reporting.checklists.reply import Computed, Reply
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Column, Kind, Table, build_table
from methods.yaml_files import read_yaml

CHECKLISTS = ("reforms", "neurips")  # files of this folder, and names of the tables
# By the name that a checklist calls each by.
COMPUTED: Mapping[str, Computed] = {
    function.__name__: function
    for function in (
        data_answers.population,
        data_answers.data_digests,
        data_answers.data_sources,
        data_answers.open_data,
        data_answers.suitability,
        data_answers.sample_sizes,
        data_answers.missing_data,
        data_answers.corrupt_samples,
        leakage_answers.shared_images,
        leakage_answers.duplicates,
        leakage_answers.inputs,
        run_answers.code,
        run_answers.machine,
        run_answers.compute,
        run_answers.exclusions,
        run_answers.methods_text,
        run_answers.evaluation,
        run_answers.selection,
        run_answers.tuning,
        run_answers.baselines,
        run_answers.uncertainty,
        run_answers.statistical_tests,
    )
}
_CAPTION = (
    "{name}: items in short words of our own; {computed} of {all} answers are computed from the"
    " results, the others hold of every run."
)


def read_checklist(name: str) -> dict[str, Any]:
    """The items of a checklist: `name`, `modules` with their `items`, and what is `left_out`."""
    document: dict[str, Any] = read_yaml(Path(__file__).with_name(f"{name}.yaml"))
    return document


def checklist_tables(sources: ReportSources) -> tuple[Table, ...]:
    """Every checklist, one row an item."""
    return tuple(_table(name, sources) for name in CHECKLISTS)


def _table(name: str, sources: ReportSources) -> Table:
    document = read_checklist(name)
    items = [(of["module"], item) for of in document["modules"] for item in of["items"]]
    rows = []
    for module, item in items:
        reply = _reply(item, sources)
        rows.append([module, item["id"], item["asks"], reply.answer, reply.because, reply.file])
    columns = [
        Column("module"),
        Column("item", Kind.NAME),
        Column("asks for"),
        Column("answer"),
        Column("because"),
        Column("shown by", Kind.FILE),
    ]
    computed = sum("computed" in item for _, item in items)
    caption = _CAPTION.format(name=document["name"], computed=computed, all=len(items))
    told = " ".join([caption, *([document["left_out"]] if "left_out" in document else [])])
    return build_table(name, told, columns, rows)


def _reply(item: Mapping[str, Any], sources: ReportSources) -> Reply:
    if "computed" in item:
        return COMPUTED[item["computed"]](sources)
    return Reply(item["answer"], item["because"], item.get("file"))
