"""The files of one run with one seed that the report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from methods.layout import (
    labels_index,
    metrics_file,
    predictions_index,
    run_folder,
    submission_file,
    validation_file,
)
from methods.protocols import Protocol


@dataclass(frozen=True)
class RunSources:
    """The files of one run with one seed.

    Attributes:
        run: name of the run.
        seed: of the run.
        dataset: name of its data set.
        weights: name of the pretrained weights.
        protocols: by name, in the order of the experiment.
        train_split: the training list.
        split: the split that the run is judged on.
        curve_split: the split that every checkpoint is validated on.
        headline: name of the decoder's protocol on that split that stands for the run.
        gallery: image ids that the experiment names.
        image_size: side of the network's square input at scale 1, pixels.
        iterations: after which a checkpoint was written, ascending; none where a given file is
            evaluated and nothing is trained.
        chosen_on: the split whose scores chose the checkpoint; None where none did.
        submission: (split, protocol) of the label maps that are packed for the evaluation server.
        root: results/<experiment>.
    """

    run: str
    seed: int
    dataset: str
    weights: str
    protocols: Mapping[str, Protocol]
    train_split: str
    split: str
    curve_split: str
    headline: str
    gallery: tuple[str, ...]
    image_size: int
    iterations: tuple[int, ...]
    chosen_on: str | None
    submission: tuple[str, str] | None
    root: Path

    @property
    def folder(self) -> Path:
        """The folder of this run and seed."""
        return self.root / run_folder(self.run, self.seed)

    @property
    def trained(self) -> bool:
        """Whether the run was trained here; else it evaluates a given checkpoint file."""
        return bool(self.iterations)

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

    def metrics(self, split: str, protocol: str) -> Path:
        """The scores of the label maps of a protocol."""
        return self.root / metrics_file(self.run, self.seed, split, protocol)

    def counts(self, split: str, protocol: str) -> Path:
        """The confusion matrix of each image."""
        return self.metrics(split, protocol).with_suffix(".counts.npz")

    def index(self, split: str, protocol: str) -> Path:
        """The index of the label maps of a protocol."""
        made = self.protocols[protocol]
        return self.root / labels_index(self.run, self.seed, split, protocol, made)

    def predictions(self, split: str, protocol: str) -> Path:
        """The index of the network's outputs that a protocol starts from."""
        made = self.protocols[protocol]
        return self.root / predictions_index(self.run, self.seed, split, made)

    def validations(self, split: str) -> list[Path]:
        """The scores of every checkpoint on a split, by iteration."""
        return [
            self.root / validation_file(self.run, self.seed, split, iteration)
            for iteration in self.iterations
        ]

    def jobs(self) -> set[str]:
        """Names of the jobs that made the run's files, as its benchmark files have them."""
        own = f"{self.run}.seed{self.seed}"
        made = [*self.scored(), *((self.submission,) if self.submission else ())]
        jobs = {own}
        for split, protocol in made:
            resize = self.protocols[protocol].resize
            jobs |= {f"{own}.{split}.{name}" for name in (protocol, resize)} | {f"{own}.{split}"}
        for split in {self.curve_split, self.chosen_on} - {None}:
            jobs |= {f"{own}.{split}.{iteration}" for iteration in self.iterations}
        return jobs

    def required(self) -> list[Path]:
        """The files without which the run cannot be reported."""
        files = [self.checkpoint, self.cross_check]
        if self.trained:
            files += [self.resolved, self.journal, self.done, *self.validations(self.curve_split)]
        if self.chosen_on is not None:
            files += self.validations(self.chosen_on)
        if self.submission is not None:
            files += [self.package, self.index(*self.submission)]
        for split, protocol in self.scored():
            files += [self.predictions(split, protocol), self.index(split, protocol)]
            files += [self.metrics(split, protocol), self.counts(split, protocol)]
        return files
