"""The files of one run with one seed that the report is made from."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from methods.box_protocols import BoxProtocol
from methods.layout import (
    boxes_index,
    class_maps_index,
    labels_index,
    metrics_file,
    predictions_index,
    run_folder,
    submission_file,
    threshold_file,
    validation_file,
)
from methods.protocols import Protocol


@dataclass(frozen=True)
class RunSources(ABC):
    """The files of one run with one seed, whatever its task.

    Attributes:
        run: name of the run.
        seed: of the run.
        method: name of the method, as `methods/` has it.
        dataset: name of its data set.
        weights: name of the pretrained weights.
        train_split: the training list.
        split: the split that the run is judged on.
        gallery: image ids that the experiment names.
        trained: whether the run was trained here; else it evaluates a given checkpoint file.
        headline: name of the protocol on that split that stands for the run.
        root: results/<experiment>.
    """

    run: str
    seed: int
    method: str
    dataset: str
    weights: str
    train_split: str
    split: str
    gallery: tuple[str, ...]
    trained: bool
    headline: str
    root: Path

    @property
    def folder(self) -> Path:
        """The folder of this run and seed."""
        return self.root / run_folder(self.run, self.seed)

    @property
    def name(self) -> str:
        """Run and seed, for people."""
        return f"{self.run}, seed {self.seed}" if self.trained else f"{self.run}, calibration"

    @property
    def anchor(self) -> str:
        """Run and seed, for links."""
        return f"{self.run}-seed{self.seed}"

    @property
    def resolved(self) -> Path:
        """Every value that the training read, and what follows from them."""
        return self.folder / "resolved.yaml"

    @property
    def journal(self) -> Path:
        """Every loss of every iteration."""
        return self.folder / "train/journal.csv"

    @property
    def done(self) -> Path:
        """What the training did, and on which machine."""
        return self.folder / "train/done.json"

    @property
    def checkpoint(self) -> Path:
        """Which checkpoint was chosen."""
        return self.folder / "checkpoint.json"

    def metrics(self, split: str, protocol: str) -> Path:
        """The scores of a protocol."""
        return self.root / metrics_file(self.run, self.seed, split, protocol)

    def counts(self, split: str, protocol: str) -> Path:
        """What the scores of a protocol follow from, image by image."""
        return self.metrics(split, protocol).with_suffix(".counts.npz")

    @abstractmethod
    def scored(self) -> list[tuple[str, str]]:
        """(split, protocol) of everything that was scored."""

    def jobs(self) -> set[str]:
        """Names of the jobs that made the run's files, as its benchmark files have them."""
        return {f"{self.run}.seed{self.seed}"}

    def required(self) -> list[Path]:
        """The files without which the run cannot be reported."""
        files = [self.checkpoint]
        files += [self.resolved, self.journal, self.done] if self.trained else []
        for scored in self.scored():
            files += [self.metrics(*scored), self.counts(*scored)]
        return files


@dataclass(frozen=True)
class SegmentationSources(RunSources):
    """The files of a segmentation run.

    Attributes:
        protocols: by name, in the order of the experiment; the headline is one of the decoder.
        curve_split: the split that every checkpoint is validated on.
        image_size: side of the network's square input at scale 1, pixels.
        iterations: after which a checkpoint was written, ascending; none where nothing is trained.
        chosen_on: the split whose scores chose the checkpoint; None where none did.
        submission: (split, protocol) of the label maps that are packed for the evaluation server.
    """

    protocols: Mapping[str, Protocol]
    curve_split: str
    image_size: int
    iterations: tuple[int, ...]
    chosen_on: str | None
    submission: tuple[str, str] | None

    @property
    def cross_check(self) -> Path:
        """The scores by another program."""
        return self.folder / "metrics/cross_check.json"

    @property
    def package(self) -> Path:
        """The record of the package for the evaluation server."""
        return self.root / submission_file(self.run, self.seed)

    @property
    def judged(self) -> dict[str, Protocol]:
        """The decoder's protocols on the split that the run is judged on."""
        return {k: p for k, p in self.decoder.items() if p.split == self.split}

    @property
    def decoder(self) -> dict[str, Protocol]:
        """The protocols of the decoder."""
        return {name: p for name, p in self.protocols.items() if p.of_decoder}

    @property
    def mapped(self) -> dict[str, Protocol]:
        """The protocols of the localization maps."""
        return {name: p for name, p in self.protocols.items() if not p.of_decoder}

    def scored(self) -> list[tuple[str, str]]:
        """(split, protocol) of all label maps that were scored: of the maps, then the decoder."""
        return [(p.split, name) for name, p in {**self.mapped, **self.decoder}.items()]

    def index(self, split: str, protocol: str) -> Path:
        """The index of the label maps of a protocol."""
        of_split = (self.run, self.seed, split)
        return self.root / labels_index(*of_split, protocol, self.protocols[protocol])

    def predictions(self, split: str, protocol: str) -> Path:
        """The index of the network's outputs that a protocol starts from."""
        of_split = (self.run, self.seed, split)
        return self.root / predictions_index(*of_split, self.protocols[protocol])

    def validations(self, split: str) -> list[Path]:
        """The scores of every checkpoint on a split, by iteration."""
        of_split = (self.run, self.seed, split)
        return [self.root / validation_file(*of_split, at) for at in self.iterations]

    def jobs(self) -> set[str]:
        """Names of the jobs that made the run's files, as its benchmark files have them."""
        own = f"{self.run}.seed{self.seed}"
        jobs = super().jobs()
        for split, protocol in [*self.scored(), *((self.submission,) if self.submission else ())]:
            resize = self.protocols[protocol].resize
            jobs |= {f"{own}.{split}.{name}" for name in (protocol, resize)} | {f"{own}.{split}"}
        for split in {self.curve_split, self.chosen_on} - {None}:
            jobs |= {f"{own}.{split}.{iteration}" for iteration in self.iterations}
        return jobs

    def required(self) -> list[Path]:
        """The files without which the run cannot be reported."""
        files = [*super().required(), self.cross_check, *self.validations(self.curve_split)]
        files += self.validations(self.chosen_on) if self.chosen_on is not None else []
        files += [self.package, self.index(*self.submission)] if self.submission else []
        for scored in self.scored():
            files += [self.predictions(*scored), self.index(*scored)]
        return files


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
        pairs = [(split, p.box) for p in self.protocols.values() for split in _splits(p)]
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


def _splits(protocol: BoxProtocol) -> list[str]:
    """The splits whose boxes a protocol reads."""
    chosen_on = protocol.chosen_on
    return [*([] if chosen_on is None else [chosen_on]), protocol.split]
