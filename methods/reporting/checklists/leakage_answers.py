"""Answers about leakage, from the lists of images and the digests of their files."""

from collections.abc import Iterator, Sequence

from methods.data.files import read_json
from methods.data.image_index import read_index
from methods.reporting.checklists.reply import Reply, relative
from methods.reporting.run_sources import RunSources
from methods.reporting.sources import ReportSources, seeds_of
from methods.wording import counted, listed


def shared_images(sources: ReportSources) -> Reply:
    """Whether training and evaluation name the same images."""
    runs = _trained(sources)
    if not runs:
        return Reply("not applicable", "Nothing was trained here.")
    shared = sum(len(set(seen) & set(scored)) for seen, scored in _pairs(runs, sources))
    because = (
        f"{counted(shared, 'image')} of the training lists of {counted(len(runs), 'run')}"
        f" {'is' if shared == 1 else 'are'} in the split that the run is judged on."
    )
    index = sources.dataset(runs[0].dataset).index
    return Reply("no" if shared else "yes", because, relative(index, sources))


def duplicates(sources: ReportSources) -> Reply:
    """Whether an image file of the training is in the scored split under another name."""
    runs = _trained(sources)
    if not runs:
        return Reply("not applicable", "Nothing was trained here.")
    same = 0
    for run, (seen, scored) in zip(runs, _pairs(runs, sources), strict=True):
        files = read_json(sources.dataset(run.dataset).manifest)["files"]
        digests = {file["name"]: file["sha256"] for file in files}
        trained = {digests[name] for name in seen if name in digests}
        judged = {digests[name] for name in scored if name in digests}
        same += len(trained & judged)
    because = (
        f"{counted(same, 'image file')} of a training list equal{'s' if same == 1 else ''} one of"
        " the split that the run is judged on, byte by byte; near-duplicates were not looked for."
    )
    manifest = sources.dataset(runs[0].dataset).manifest
    return Reply("no" if same else "partly", because, relative(manifest, sources))


def inputs(sources: ReportSources) -> Reply:
    """Whether the protocol that stands for a run is given labels that a prediction has not."""
    given = [
        runs[0].run
        for runs in seeds_of(sources.segmentation).values()
        if runs[0].protocols[runs[0].headline].labels == "given"
    ]
    first = (sources.localization or sources.runs)[0]
    file = relative(first.metrics(first.split, first.headline), sources)
    if given:
        return Reply("no", f"Image labels are given to the result of {listed(given)}.", file)
    if sources.localization:
        because = "Boxes are made of pixels alone, but GT-known takes the map of the true class."
        return Reply("partly", because, file)
    because = "The result of each run is made of pixels alone; other protocols may be given labels."
    return Reply("yes", because, file)


def _trained(sources: ReportSources) -> list[RunSources]:
    """Every run that was trained, once."""
    return [runs[0] for runs in seeds_of(sources.runs).values() if runs[0].trained]


def _pairs(
    runs: Sequence[RunSources], sources: ReportSources
) -> Iterator[tuple[list[str], list[str]]]:
    """The image files of each run's training list, and those of the split that it is judged on."""
    for run in runs:
        dataset = sources.dataset(run.dataset)
        seen, scored = (
            [record.image for record in read_index(dataset.index, split, dataset.classes)]
            for split in (run.train_split, run.split)
        )
        yield seen, scored
