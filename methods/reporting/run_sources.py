"""The files of one run with one seed that the report is made from."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from methods.layout import metrics_file, run_folder


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
