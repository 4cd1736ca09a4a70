"""What the steps of a run are counted from, whatever its task."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from methods.configuration.loading import Configuration
from methods.data.splits import sizes
from methods.planning.pictures import Pictures, pictures_of
from methods.planning.step import Step


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
        self.cost: ModuleType = importlib.import_module(f"methods.{self.run['method']}.cost")

    @abstractmethod
    def all(self) -> list[Step]:
        """In the order of the chain."""

    def _step(self, name: str, file: str, written: str, size: float, **cost: Any) -> Step:
        method = self.run["method"]
        return Step(name, self.root / file, self.root, written, size, method=method, **cost)
