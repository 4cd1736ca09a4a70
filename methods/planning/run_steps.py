"""What the steps of a run are counted from, whatever its task."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from methods import rehearsal
from methods.configuration.loading import Configuration
from methods.data.splits import sizes
from methods.layout import run_folder
from methods.planning.pictures import Pictures, pictures_of
from methods.planning.step import FLOAT, START, TORCH_START, Step
from methods.training.checkpoints import is_trained

SHORT = "short jobs"  # name of their steps

_STATE = 3  # checkpoints that a state takes: the weights and two moments of each


class RunSteps(ABC):
    """The steps of one run with one seed; a subclass for each task."""

    def __init__(self, configuration: Configuration, name: str, seed: int) -> None:
        self.name, self.seed = name, seed
        self.root = configuration.results
        self.run: Mapping[str, Any] = configuration.experiment["runs"][name]
        self.dataset: Mapping[str, Any] = configuration.experiment["datasets"][self.run["dataset"]]
        self.classes = len(self.dataset["classes"])
        self.images = sizes(self.dataset)  # of each split
        self.pictures: Pictures = pictures_of(self.dataset)
        self.keep, self.keep_every = (configuration.states[k] for k in ("keep", "keep_every"))
        self.cost: ModuleType = importlib.import_module(f"methods.{self.run['method']}.cost")

    @abstractmethod
    def all(self) -> list[Step]:
        """In the order of the chain."""

    @abstractmethod
    def scored(self) -> list[str]:
        """Files of the jobs that choose and score, below results/<experiment>: short ones each."""

    def short(self) -> list[Step]:
        """The jobs that write little and take no longer than their start."""
        folder = run_folder(self.name, self.seed)
        starts = {f"{folder}/resolved.yaml": TORCH_START} if is_trained(self.run) else {}
        starts |= dict.fromkeys([f"{folder}/checkpoint.json", *self.scored()], START)
        return [
            self._step(SHORT, file, "scores", 0, start=start, one_core=True)
            for file, start in starts.items()
        ]

    def _checkpoint(self) -> float:
        """Bytes of one."""
        return float(FLOAT * self.cost.parameters(self.run, self.classes))

    def _states(self) -> float:
        """Bytes of a training's states: a new one is whole before the oldest is removed."""
        others = 0
        if self.keep_every is not None:
            others = rehearsal.iterations(self.run, self.dataset) // self.keep_every
        return float((self.keep + 1 + others) * _STATE * self._checkpoint())

    def _step(self, name: str, file: str, written: str, size: float, **cost: Any) -> Step:
        known = {"method": self.run["method"], "start": TORCH_START if "macs" in cost else START}
        return Step(name, self.root / file, self.root, written, size, **{**known, **cost})
