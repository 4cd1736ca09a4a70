"""The steps of a localization run, and what each of them costs."""

import math

from methods.box_protocols import GRID, beyond_grid, read_box_protocols
from methods.configuration.loading import Configuration
from methods.layout import (
    boxes_index,
    class_maps_index,
    metrics_file,
    run_folder,
    threshold_file,
)
from methods.planning.run_steps import RunSteps
from methods.planning.step import FLOAT, Step
from methods.training.checkpoints import is_trained
from methods.training.sharing import process_count

BOXES = "boxes"  # name of their steps

_MAPS = 2  # whose boxes are stored: those of the predicted and of the true class
# Of a map at a threshold, measured on smooth random maps of 224 x 224 pixels: compressed bytes, and
# seconds on one core.
_BOX_BYTES = {"program": 4, "wsolevaluation": 20}
_BOX_SECONDS, _BOX_SIDE = 7e-5, 224


class LocalizationSteps(RunSteps):
    """Training, class maps of every scored split, and boxes of every rule."""

    def __init__(self, configuration: Configuration, name: str, seed: int) -> None:
        super().__init__(configuration, name, seed)
        weights = configuration.experiment["weights"]
        # The network that a training asks; None where the method has none.
        self.guide = weights[self.run["guide"]]["network"] if "guide" in self.run else None

    def all(self) -> list[Step]:
        """In the order of the chain."""
        training = [self._training()] if is_trained(self.run) else []
        return [*training, *self._predictions(), *self._boxes()]

    def scored(self) -> list[str]:
        """Scores of every protocol, and the thresholds that some of them choose."""
        files = []
        for name, protocol in read_box_protocols(self.run).items():
            files.append(metrics_file(self.name, self.seed, protocol.split, name))
            if protocol.chosen_on is not None:
                files.append(threshold_file(self.name, self.seed, name))
        return files

    def _training(self) -> Step:
        settings = self.run["training"]
        checkpoints = math.ceil(settings["epochs"] / settings["checkpoint_every"])
        images = self.cost.training_images(self.run, self.images[self.run["train_split"]])
        return self._step(
            "training",
            f"{run_folder(self.name, self.seed)}/train/done.json",
            "checkpoints",
            checkpoints * self._checkpoint(),
            macs=images * self.cost.training_macs(self.run, self.classes, self.guide),
            learns=True,
            memory=self.cost.training_memory(self.run, self.classes, self.guide),
            processes=process_count(self.run),
            passing=self._states(),
        )

    def _predictions(self) -> list[Step]:
        """Several protocols read the same class maps."""
        values = self.cost.map_values(self.run, self.classes)
        macs = self.cost.prediction_macs(self.run, self.classes)
        return [
            self._step(
                "prediction",
                class_maps_index(self.name, self.seed, split),
                "class maps",
                self.images[split] * FLOAT * values,
                macs=self.images[split] * macs,
                network=self._checkpoint(),
                working=self.cost.prediction_memory(self.run, self.classes),
            )
            for split in dict.fromkeys(split for split, _ in self._made())
        ]

    def _boxes(self) -> list[Step]:
        """Boxes at every threshold, of the maps of the predicted and of the true class."""
        thresholds = len(GRID) + len(beyond_grid(self.run))
        seconds = _BOX_SECONDS * (self.run["inference"]["image_size"] / _BOX_SIDE) ** 2
        return [
            self._step(
                BOXES,
                boxes_index(self.name, self.seed, split, rule),
                "boxes",
                self.images[split] * _MAPS * thresholds * _BOX_BYTES[rule],
                core_seconds=self.images[split] * _MAPS * thresholds * seconds,
            )
            for split, rule in self._made()
        ]

    def _made(self) -> list[tuple[str, str]]:
        """(split, box rule) of all boxes: scored ones, and ones that choose a threshold."""
        made = []
        for protocol in read_box_protocols(self.run).values():
            made += [(split, protocol.box) for split in protocol.splits_read]
        return list(dict.fromkeys(made))
