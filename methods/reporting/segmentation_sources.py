"""The files of one segmentation run with one seed that the report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from methods.layout import labels_index, predictions_index, submission_file, validation_file
from methods.protocols import Protocol
from methods.reporting.run_sources import RunSources


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
    def compared(self) -> tuple[str, ...]:
        """The first of these and the one that stands for the run; one where they are the same."""
        return tuple(dict.fromkeys((next(iter(self.judged)), self.headline)))

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
