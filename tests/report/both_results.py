"""A results folder with runs of both tasks."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.claim_files import load_claims
from methods.reporting.collecting import collect
from methods.reporting.published_settings import read_published
from methods.reporting.sources import ReportSources
from tests.report.judgements import write_verdicts
from tests.report.localization_results import CLAIM, LocalizationResults
from tests.report.results import RECORDS, REPOSITORY, Results


class BothResults:
    """Writes an experiment's results below a folder and finds them again."""

    def __init__(
        self,
        folder: Path,
        *,
        segmentation: Mapping[str, Any] | None = None,
        localization: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the results of each task, then put them into one folder.

        Args:
            folder: empty.
            segmentation: what `Results` is given.
            localization: what `LocalizationResults` is given.
            settings: further keys of the experiment.
        """
        self.segmentation = Results(folder, **(segmentation or {}))
        self.localization = LocalizationResults(folder, **(localization or {}))
        self.root = self.segmentation.root
        first, second = self.segmentation.experiment, self.localization.experiment
        self.experiment: dict[str, Any] = {**first, **(settings or {})}
        for key in ("datasets", "runs"):
            self.experiment[key] = {**first[key], **second[key]}
        self.experiment["weights"] = {**second["weights"], **first["weights"]}
        for name in ("data/birds", "controls/birds", "weights/mini-clip.json", *second["runs"]):
            shutil.move(self.localization.root / name, self.root / name)
        claims = (*load_claims(REPOSITORY / "claims/mini.yaml"), CLAIM)
        seeds, runs = self.segmentation.seeds, self.experiment["runs"]
        write_verdicts(self.root, claims, seeds, runs)

    def sources(self) -> ReportSources:
        """What `workflow_scripts/render_report.py` hands to the page."""
        return collect(
            self.root,
            self.experiment,
            published=read_published(RECORDS),
            seeds=self.segmentation.seeds,
            data_root=self.segmentation.data_root,
            benchmark_root=self.segmentation.benchmarks,
            repository=REPOSITORY,
        )
