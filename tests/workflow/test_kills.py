"""What is made by jobs that were killed at any moment is what other jobs would have made."""

import pytest

from tests.workflow.kills import MINUTES, KilledJob, digests
from tests.workflow.projects import Project


@pytest.mark.parametrize(
    ("script", "job", "made"),
    [
        ("predict_segmentation", "more.seed0.val.square", "predictions/val.square"),
        ("predict_maps", "more.seed0.val", "maps/val"),
        ("apply_crf", "more.seed0.val.crf", "crf/val.crf"),
    ],
)
@pytest.mark.timeout(60 * MINUTES)
def test_hard_kills_change_nothing(project: Project, script: str, job: str, made: str) -> None:
    """As many as the environment variable KILLS says, each behind a drawn number of images."""
    description = f"results/tiny/logs/{script}/{job}.log.job.json"
    folder = project.results / "more/seed0" / made
    whole = digests(folder)
    assert "index.json" in whole
    KilledJob(script, project.folder, description, folder).kill(len(whole))
    assert digests(folder) == whole
