"""Answers about code, machine, runs and their scores."""

from typing import Any

from methods.data.files import read_json
from methods.provenance import read_timings
from methods.reporting.checklists.reply import Reply, relative
from methods.reporting.methods_text import methods_texts
from methods.reporting.run_sources import RunSources
from methods.reporting.sources import ReportSources, seeds_of
from methods.reporting.verdict_words import is_tested
from methods.wording import counted, listed

SEVERAL = 3  # seeds from which on a spread is worth its name


def code(sources: ReportSources) -> Reply:
    """Whether a commit names the code."""
    file, environment = "report/environment.csv", sources.environment
    if environment.commit is None or environment.changed is None:
        return Reply("no", "No commit is known of the code that wrote the page.", file)
    if environment.changed:
        because = f"{counted(len(environment.changed), 'file')} of the code differ from the commit."
        return Reply("partly", because, file)
    return Reply("yes", "The page names the commit, and the code does not differ from it.", file)


def machine(sources: ReportSources) -> Reply:
    """Every training left a description of its machine."""
    trained = [run for run in sources.runs if run.trained]
    if not trained:
        return Reply(
            "yes", "The page describes the machine that wrote it.", "report/environment.csv"
        )
    because = f"Each of {counted(len(trained), 'training')} describes its machine and versions."
    return Reply("yes", because, relative(trained[0].done, sources))


def compute(sources: ReportSources) -> Reply:
    """How long the jobs took."""
    timings = read_timings(sources.benchmarks, sources.benchmark_root)
    if not timings:
        return Reply("no", "No job was timed.")
    seconds = round(sum(timing.seconds for timing in timings))
    jobs = counted(sum(timing.jobs for timing in timings), "job")
    because = f"{jobs} took {seconds} seconds of wall time; attempts that failed are not in it."
    return Reply("yes", because, "report/timings.csv")


def exclusions(sources: ReportSources) -> Reply:
    """Whether every score covers its split."""
    scores = [
        read_json(run.metrics(*of))["coverage"] for run in sources.runs for of in run.scored()
    ]
    short = sum(score["evaluated"] != score["expected"] for score in scores)
    because = f"{short} of {counted(len(scores), 'score')} leave out an image of their split."
    return Reply("partly" if short else "yes", because, _metrics(sources.runs[0], sources))


def methods_text(sources: ReportSources) -> Reply:
    """The methods text of each run."""
    texts = methods_texts(sources)
    because = f"A text is made from the resolved configuration of each of {len(texts)} runs."
    return Reply("yes", because, f"report/{texts[0].file}")


def evaluation(sources: ReportSources) -> Reply:
    """The split that each run is judged on."""
    told = listed(f"{runs[0].run} ({runs[0].split})" for runs in seeds_of(sources.runs).values())
    because = f"Each run is judged on a split that is named: {told}."
    return Reply("yes", because, _metrics(sources.runs[0], sources))


def selection(sources: ReportSources) -> Reply:
    """The rules by which checkpoints are chosen."""
    rules = sorted({read_json(run.checkpoint)["rule"] for run in sources.runs})
    because = f"The configuration states the rule that chose each checkpoint: {listed(rules)}."
    return Reply("yes", because, relative(sources.runs[0].checkpoint, sources))


def tuning(sources: ReportSources) -> Reply:
    """Nothing is tuned by the pipeline; how anybody came by the settings, no file of it tells."""
    file = f"report/{methods_texts(sources)[0].file}"
    because = "Every setting is stated, none tuned; how they were chosen is in no file of the run."
    return Reply("partly", because, file)


def baselines(sources: ReportSources) -> Reply:
    """Controls, which a score must beat to mean anything."""
    paths = [path for dataset in sources.datasets for _, path in dataset.controls]
    because = f"{counted(len(paths), 'control')} are scored; no other method is run beside these."
    return Reply("partly", because, relative(paths[0], sources))


def uncertainty(sources: ReportSources) -> Reply:
    """Intervals over images always; a spread over seeds where there are several."""
    file = _metrics(sources.runs[0], sources)
    seeds = [len(runs) for runs in seeds_of(sources.runs).values() if runs[0].trained]
    start = "Intervals over images are given where counts of each image are kept"
    if not seeds:
        return Reply("partly", f"{start}; nothing was trained, so no seed varies.", file)
    because = f"{start}; each training was run with {counted(min(seeds), 'seed')}"
    if min(seeds) < SEVERAL:
        return Reply("partly", f"{because}, too few to know their spread.", file)
    return Reply("yes", f"{because}.", file)


def statistical_tests(sources: ReportSources) -> Reply:
    """Claims that a test over the seeds has judged."""
    entries: list[dict[str, Any]] = read_json(sources.verdicts)["verdicts"]
    tested = sum(is_tested(entry["status"]) for entry in entries)
    because = f"A test over seeds judged {tested} of {counted(len(entries), 'claim')}."
    file = relative(sources.verdicts, sources)
    if tested == len(entries):
        return Reply("yes", because, file)
    return Reply("partly" if tested else "no", because, file)


def _metrics(run: RunSources, sources: ReportSources) -> str:
    """The scores that stand for a run."""
    return relative(run.metrics(run.split, run.headline), sources)
