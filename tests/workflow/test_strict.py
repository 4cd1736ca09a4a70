"""A strict call fails where a claim is not met, once everything is written."""

from tests.workflow.projects import Project

SAID = "claims are not met, and the configuration says `strict: true`: "


def test_a_strict_call_fails_behind_the_report_each_time_and_makes_nothing_stale(
    project: Project,
) -> None:
    page = project.results / "report.html"
    page.unlink()
    for _ in range(2):  # the second time nothing has to run
        done = project.snakemake("report", "--config", "strict=true")
        assert done.returncode == 1
        assert "mini-segmentation" in done.stdout
        assert f"Report: {page}\n" in done.stdout
        (said,) = [line for line in done.stderr.splitlines() if SAID in line]
        assert "mini-segmentation (fails)" in said
        assert "perfect-control" not in said
        assert "Traceback" not in done.stderr
        assert not list(project.folder.glob(".snakemake/locks/*"))
        assert page.is_file()
    assert project.planned() == {}
    assert project.planned("--config", "strict=true") == {}
    done = project.snakemake("report")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr
