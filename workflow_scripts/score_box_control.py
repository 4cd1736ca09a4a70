"""Score a control of localization: boxes whose worth is known, or that look at nothing."""

from pathlib import Path

from methods.data.image_index import read_index
from methods.evaluation.box_controls import ControlData, score_control
from methods.evaluation.localization import metrics_document, write_metrics
from workflow_scripts.job import Job, run
from workflow_scripts.localization import view_of


def main(job: Job) -> None:
    split, control, classes = (
        job.wildcards["split"],
        job.wildcards["control"],
        job.params["classes"],
    )
    training = job.params["train_split"]
    data = ControlData(
        records=read_index(job.input["index"], split, classes),
        training=read_index(job.input["index"], training, classes),
        training_split=training,
        manifest=job.input["manifest"],
        root=Path(job.params["images"]),
        view=view_of(job),
        num_classes=len(classes),
        workers=job.threads,
    )
    outcomes, protocol, scores = score_control(control, data)
    document = metrics_document(
        split=split,
        name=control,
        protocol=protocol,
        classes=classes,
        outcomes=outcomes,
        expected=len(data.records),
        scores=scores,
    )
    write_metrics(job.output["metrics"], job.output["counts"], document, outcomes)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
