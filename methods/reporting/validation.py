"""The scores of every checkpoint, and the best of them in hindsight."""

from collections.abc import Sequence
from typing import Any

from methods.data.files import check_fields, read_json
from methods.evaluation.validation import read_validation, require_whole
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.tables import COVERAGE, Cell, Column, Kind, Table, build_table
from methods.reporting.told_once import told_once

MAP_NAMES = {
    "decoder": "decoder",
    "cam": "CAM",
    "aux_cam": "auxiliary CAM",
    "lam": "LAM",
    "fused": "CAM times LAM",
    "cam_predicted": "CAM, classes predicted",
}
ORACLE = "oracle: chosen on the split it is scored on; no verdict reads it"
_MIOU = dict.fromkeys(MAP_NAMES, float | int)
_RUN = (Column("run", Kind.NAME), Column("seed", Kind.COUNT), Column("split", Kind.NAME))


def read_validations(run: SegmentationSources, split: str) -> list[dict[str, Any]]:
    """Read the scores of every checkpoint of a run on a split, by iteration.

    Raises:
        InputError: a file is missing or broken, is of another checkpoint or split, lacks a map,
            or covers a part of the split.
    """
    documents: list[dict[str, Any]] = []
    for iteration, path in zip(run.iterations, run.validations(split), strict=True):
        document = read_validation(path, split, iteration)
        check_fields(path, document["miou"], _MIOU)
        require_whole(path, document)
        documents.append(document)
    return documents


def validations_table(runs: Sequence[SegmentationSources]) -> Table:
    """What every checkpoint scores by the validation within the published training."""
    rows: list[list[Cell]] = []
    for run in (run for run in runs if run.trained):
        choice = read_json(run.checkpoint)
        documents = read_validations(run, run.curve_split)
        best = _oracle(documents)
        for document in documents:
            marks = [f"chosen by the rule {choice['rule']}"] * (
                document["iteration"] == choice["iteration"]
            )
            marks += ["oracle"] * (document is best)
            rows.append(
                [
                    *(run.run, run.seed, run.curve_split, document["iteration"], ", ".join(marks)),
                    *(document["miou"][key] for key in MAP_NAMES),
                    document["f1"],
                    *(document["coverage"][key] for key in ("evaluated", "expected")),
                ]
            )
    columns = [
        *_RUN,
        Column("iteration", Kind.COUNT),
        Column("checkpoint"),
        *(Column(f"{name} (%)", Kind.NUMBER) for name in MAP_NAMES.values()),
        Column("F1 of the classes (%)", Kind.NUMBER),
        *COVERAGE,
    ]
    caption = (
        "mIoU of every checkpoint. It is scored as the published program does within its training,"
        " no CRF: the decoder and the LAM at one scale, the CAMs at those of the training. The maps"
        " are given the image labels of the split, which a prediction does not have, except where"
        " it says predicted."
    )
    return told_once(build_table("validation", caption, columns, rows), 3)


def oracle_table(runs: Sequence[SegmentationSources]) -> Table:
    """The best checkpoint in hindsight, beside the one that was chosen without that sight."""
    rows: list[list[Cell]] = []
    for run in (run for run in runs if run.trained):
        chosen = read_json(run.checkpoint)["iteration"]
        documents = read_validations(run, run.curve_split)
        scored = {document["iteration"]: document["miou"]["decoder"] for document in documents}
        best = _oracle(documents)["iteration"]
        gain = scored[best] - scored[chosen]
        rows.append(
            [
                run.run,
                run.seed,
                run.curve_split,
                ORACLE,
                best,
                scored[best],
                chosen,
                scored[chosen],
                gain,
            ]
        )
    columns = [
        *_RUN,
        Column("what it is"),
        Column("best iteration", Kind.COUNT),
        Column("best mIoU (%)", Kind.NUMBER),
        Column("chosen iteration", Kind.COUNT),
        Column("chosen mIoU (%)", Kind.NUMBER),
        Column("difference (points)", Kind.SIGNED),
    ]
    caption = "The decoder at the checkpoint that is the best in hindsight, one scale, no CRF."
    return told_once(build_table("oracle", caption, columns, rows), 3)


def _oracle(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The validation with the highest mIoU of the decoder; the earlier of equal ones."""
    return max(documents, key=lambda document: document["miou"]["decoder"])
