"""Choose the threshold of a protocol by the boxes of the split that it names."""

from methods.data.box_sets import read_box_set
from methods.data.files import write_json
from methods.evaluation.overlap import overlaps
from methods.evaluation.thresholds import choose_thresholds
from workflow_scripts.job import Job, run
from workflow_scripts.localization import protocol_of, truths_of


def main(job: Job) -> None:
    protocol = protocol_of(job)
    boxes = read_box_set(job.input["boxes"])
    records, truths = truths_of(job, protocol, protocol.threshold_source)
    boxes.require([record.id for record in records], job.input["boxes"])
    chosen = choose_thresholds(job.wildcards["protocol"], protocol, boxes, overlaps(boxes, truths))
    write_json(job.output["threshold"], chosen)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
