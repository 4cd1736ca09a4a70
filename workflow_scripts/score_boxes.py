"""Score the boxes of one protocol against the true ones."""

from pathlib import Path

from methods.data.box_sets import read_box_set
from methods.data.files import read_json
from methods.data.predictions import read_predictions
from methods.evaluation.localization import judge, metrics_document, write_metrics
from methods.evaluation.overlap import overlaps
from methods.evaluation.pixel_precision import split_pixel_precision
from methods.evaluation.ranking import read_ranks
from workflow_scripts.job import Job, run
from workflow_scripts.localization import protocol_of, thresholds_of, truths_of, view_of


def main(job: Job) -> None:
    index, classes = job.input["boxes"], job.params["classes"]
    protocol, checkpoint = protocol_of(job), read_json(job.input["checkpoint"])
    boxes, predictions = read_box_set(index), read_predictions(job.input["predictions"])
    records, truths = truths_of(job, protocol, protocol.split)
    boxes.require([record.id for record in records], index)
    thresholds = thresholds_of(job, protocol)
    outcomes, scores = judge(
        boxes,
        overlaps(boxes, truths),
        *read_ranks(predictions, records),
        protocol,
        thresholds,
        index,
    )
    pxap = split_pixel_precision(
        predictions,
        records,
        job.input["manifest"],
        Path(job.params["images"]),
        view_of(job),
        job.threads,
    )
    document = metrics_document(
        split=protocol.split,
        name=job.wildcards["protocol"],
        protocol={
            **boxes.source,
            **job.params["protocol"],
            "threshold": thresholds.single["50"],
            "thresholds_by_iou": dict(thresholds.single),
            "checkpoint_rule": checkpoint["rule"],
            "checkpoint_iteration": checkpoint["iteration"],
        },
        classes=classes,
        outcomes=outcomes,
        expected=len(records),
        scores={**scores, "pxap": pxap},
    )
    write_metrics(job.output["metrics"], job.output["counts"], document, outcomes)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
