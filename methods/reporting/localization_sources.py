"""The files of one localization run with one seed that the report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from methods.box_protocols import BoxProtocol
from methods.layout import boxes_index, class_maps_index, threshold_file
from methods.reporting.run_sources import RunSources


@dataclass(frozen=True)
class LocalizationSources(RunSources):
    """The files of a localization run.

    Attributes:
        protocols: by name, in the order of the experiment.
        guide: name of the weights of the frozen network that guides the training; None where the
            method has none.
        image_size: side of the central crop that enters the network, pixels.
        resize: the shorter side before the crop, pixels.
    """

    protocols: Mapping[str, BoxProtocol]
    guide: str | None
    image_size: int
    resize: int

    def scored(self) -> list[tuple[str, str]]:
        """(split, protocol) of all boxes that were scored."""
        return [(p.split, name) for name, p in self.protocols.items()]

    def boxed(self) -> list[tuple[str, str]]:
        """(split, box rule) of all boxes: those that are scored, those that choose a threshold."""
        pairs = [(split, p.box) for p in self.protocols.values() for split in p.splits_read]
        return list(dict.fromkeys(pairs))

    def predictions(self, split: str) -> Path:
        """The index of the stored logits and class maps of a split."""
        return self.root / class_maps_index(self.run, self.seed, split)

    def boxes(self, split: str, rule: str) -> Path:
        """The index of the boxes that a box rule makes of the class maps of a split."""
        return self.root / boxes_index(self.run, self.seed, split, rule)

    def threshold(self, protocol: str) -> Path | None:
        """The threshold that a protocol's split chose; None where it is given."""
        if self.protocols[protocol].chosen_on is None:
            return None
        return self.root / threshold_file(self.run, self.seed, protocol)

    def jobs(self) -> set[str]:
        """Names of the jobs that made the run's files, as its benchmark files have them."""
        pairs = [*self.boxed(), *self.scored()]
        made = {split for split, _ in pairs} | {".".join(pair) for pair in pairs}
        own = f"{self.run}.seed{self.seed}"
        return super().jobs() | {f"{own}.{name}" for name in made | set(self.protocols)}

    def required(self) -> list[Path]:
        """The files without which the run cannot be reported."""
        chosen = (self.threshold(name) for name in self.protocols)
        files = [*super().required(), *(path for path in chosen if path is not None)]
        for split, rule in self.boxed():
            files += [self.predictions(split), self.boxes(split, rule)]
        return files
