"""The steps of a segmentation run, and what each of them costs."""

from methods.configuration.loading import Configuration
from methods.layout import (
    labels_index,
    metrics_file,
    predictions_index,
    run_folder,
    submission_file,
    validation_file,
)
from methods.planning.pictures import largest_pixels
from methods.planning.run_steps import RunSteps
from methods.planning.step import FLOAT, Step
from methods.protocols import Protocol, decoder_scales, map_scales, read_protocols
from methods.training.checkpoints import curve_split, is_trained, written_iterations
from methods.training.sharing import process_count

CRF = "CRF"  # name of its steps

# Seconds that a CRF of ten iterations takes one core for an image of 500 x 375 pixels, and for each
# of its labels (measured on a photograph: 1.2 s with 21 labels, 0.5 s with 3).
_CRF_IMAGE, _CRF_LABEL = 0.35, 0.045
_CRF_PIXELS, _CRF_ITERATIONS = 500 * 375, 10


class SegmentationSteps(RunSteps):
    """Training with its validations, predictions, label maps, and a package where one is sent."""

    def __init__(self, configuration: Configuration, name: str, seed: int) -> None:
        super().__init__(configuration, name, seed)
        protocols = read_protocols(self.run)
        # (name, protocol, split): what is scored, and what is packed for the evaluation server
        self.labelled = [(name, protocol, protocol.split) for name, protocol in protocols.items()]
        if "submission" in self.run:
            sent = self.run["submission"]
            self.labelled.append((sent["protocol"], protocols[sent["protocol"]], sent["split"]))

    def all(self) -> list[Step]:
        """In the order of the chain."""
        training = self._training() if is_trained(self.run) else []
        return [*training, *self._predictions(), *self._labels()]

    def scored(self) -> list[str]:
        """Scores of every label map, and those by another program."""
        scores = [
            metrics_file(self.name, self.seed, protocol.split, name)
            for name, protocol in read_protocols(self.run).items()
        ]
        return [*scores, f"{run_folder(self.name, self.seed)}/metrics/cross_check.json"]

    def _training(self) -> list[Step]:
        settings = self.run["training"]
        iterations = written_iterations(settings)
        images = settings["iterations"] * settings["batch_size"]
        training = self._step(
            "training",
            f"{run_folder(self.name, self.seed)}/train/done.json",
            "checkpoints",
            self._checkpoint() * len(iterations),
            macs=images * self.cost.training_macs(self.run, self.classes),
            learns=True,
            memory=self.cost.training_memory(self.run, self.classes),
            processes=process_count(self.run),
            passing=self._states(),
        )
        chosen_by = self.run["checkpoint"].get("split")
        splits = dict.fromkeys([curve_split(self.run), *([chosen_by] if chosen_by else [])])
        validations = [
            self._step(
                "validation",
                validation_file(self.name, self.seed, split, iteration),
                "checkpoints",
                0,
                macs=self.images[split] * self.cost.validation_macs(self.run, self.classes),
                network=self._checkpoint(),
                working=self.cost.validation_memory(self.run, self.classes),
            )
            for split in splits
            for iteration in iterations
        ]
        return [training, *validations]

    def _predictions(self) -> list[Step]:
        """Several protocols read the same predictions."""
        files = {
            predictions_index(self.name, self.seed, split, protocol): (
                protocol,
                self.images[split],
            )
            for _, protocol, split in self.labelled
        }
        return [
            self._logits(file, protocol, images)
            if protocol.of_decoder
            else self._maps(file, images)
            for file, (protocol, images) in files.items()
        ]

    def _logits(self, file: str, protocol: Protocol, images: int) -> Step:
        scales = decoder_scales(self.run, protocol.resize)
        pixels = self.pictures.pixels
        cells = self.cost.logit_cells(self.run, scales, protocol.resize, pixels)
        most = largest_pixels(self.dataset)
        largest = max(self.cost.logit_cells(self.run, scales, protocol.resize, most))
        return self._step(
            "prediction",
            file,
            "logits and maps",
            images * FLOAT * 2 * (self.classes + 1) * sum(cells),
            macs=images * self.cost.logits_macs(self.run, self.classes, cells),
            network=self._checkpoint(),
            working=self.cost.prediction_memory(self.run, self.classes, largest),
        )

    def _maps(self, file: str, images: int) -> Step:
        scales = map_scales(self.run)
        named = min(self.pictures.named, self.classes)
        largest = self.cost.map_patches(self.run, scales)
        return self._step(
            "prediction",
            file,
            "logits and maps",
            images * FLOAT * self.cost.map_values(self.run, named, scales),
            macs=images * self.cost.maps_macs(self.run, self.classes, scales),
            network=self._checkpoint(),
            working=self.cost.prediction_memory(self.run, self.classes, largest),
        )

    def _labels(self) -> list[Step]:
        steps = []
        for name, protocol, split in self.labelled:
            images = self.images[split]
            named = self.classes if protocol.of_decoder else min(self.pictures.named, self.classes)
            file = labels_index(self.name, self.seed, split, name, protocol)
            seconds = images * self._crf_seconds(named + 1) if protocol.crf else 0.0
            size = images * self.pictures.mask_bytes
            job = CRF if protocol.crf else "labels"
            steps.append(self._step(job, file, "label maps", size, core_seconds=seconds))
        return steps + self._package()

    def _package(self) -> list[Step]:
        """Copies of label maps, in a folder and in an archive, for the evaluation server."""
        if "submission" not in self.run:
            return []
        size = 2 * self.images[self.run["submission"]["split"]] * self.pictures.mask_bytes
        file = submission_file(self.name, self.seed)
        return [self._step("package", file, "label maps", size)]

    def _crf_seconds(self, labels: float) -> float:
        """On one core, of one image."""
        work = self.pictures.pixels / _CRF_PIXELS * self.run["crf"]["iterations"] / _CRF_ITERATIONS
        return float(work * (_CRF_IMAGE + _CRF_LABEL * labels))
