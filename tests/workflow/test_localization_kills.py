"""What is made by jobs that were killed at any moment is what other jobs would have made."""

import pytest

from tests.workflow.kills import MINUTES, KilledJob, digests
from tests.workflow.projects import Project


@pytest.mark.parametrize(
    ("script", "job", "made", "seconds"),
    [
        ("predict_localization", "cdtr.seed0.test", "predictions/test", 0.02),
        # It writes one file, and at its end.
        ("find_boxes", "cdtr.seed0.test.program", "boxes/test.program", 0.2),
    ],
)
@pytest.mark.timeout(60 * MINUTES)
def test_hard_kills_change_nothing(
    birds: Project, script: str, job: str, made: str, seconds: float
) -> None:
    """As many as the environment variable KILLS says, each behind a drawn number of files."""
    description = f"results/tiny_birds/logs/{script}/{job}.log.job.json"
    folder = birds.results / "cdtr/seed0" / made
    whole = digests(folder)
    assert "index.json" in whole
    KilledJob(script, birds.folder, description, folder, seconds).kill(len(whole))
    assert digests(folder) == whole
