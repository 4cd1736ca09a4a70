"""Find the boxes of stored class maps by one rule, at every threshold."""

from methods.data.box_sets import collect, write_box_set
from methods.data.predictions import PredictionItem, read_predictions
from methods.postprocess.boxes import ImageBoxes, boxes_of_image, threshold_grid
from methods.workers import map_in_order
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    predictions = read_predictions(job.input["predictions"])
    rule, side = job.wildcards["box"], job.params["image_size"]
    thresholds = threshold_grid(job.params["thresholds"])

    def find(item: PredictionItem) -> ImageBoxes:
        return boxes_of_image(predictions.path(item), thresholds, side, rule)

    boxes = collect(
        split=predictions.split,
        expected=predictions.expected,
        source={**predictions.source, "box": rule},
        ids=[item.id for item in predictions.items],
        thresholds=thresholds,
        found=map_in_order(find, predictions.items, job.threads),
    )
    write_box_set(job.output["index"], boxes)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
