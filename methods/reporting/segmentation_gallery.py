"""Which images of a segmentation run the page shows, and under which headings."""

from methods.data.named_images import require_named
from methods.reporting.gallery import NAMED, Gallery
from methods.reporting.protocol_names import MAPS
from methods.reporting.segmentation_cases import (
    Case,
    failures,
    ranked_cases,
    read_image_counts,
)
from methods.reporting.segmentation_pictures import (
    Album,
    draw_row,
    heated_protocols,
    open_album,
)
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import DatasetSources


def decoder_gallery(
    run: SegmentationSources, dataset: DatasetSources, *, whole: bool
) -> list[Gallery]:
    """The images that the experiment names; the worst, the median, the best; kinds of failure.

    Beside the image and the ground truth stand the maps of the classes that the image is
    labelled with, where a protocol makes them on this split, and the label maps of the first
    protocol and of the one that stands for the run.

    Args:
        run: of which the images are shown.
        dataset: its data set.
        whole: whether other images than the named ones are shown as well.

    Raises:
        InputError: a named image is not in the split.
    """
    images = read_image_counts(run.counts(run.split, run.headline))
    require_named(run.run, run.gallery, run.split, images.iou)
    predicted = {name: f"prediction, {name}" for name in run.compared}
    album = open_album(run, dataset, run.split, predicted)
    galleries = [
        Gallery(
            f"Images of {run.split} that the experiment names",
            f"{NAMED} Scored by the protocol {run.headline}.",
            tuple(draw_row(id, album, images.iou[id]) for id in run.gallery),
        )
    ]
    scored = f"{run.split} (protocol {run.headline})"
    cases = (*ranked_cases(images, scored), *failures(images, scored)) if whole else ()
    for case in cases:
        rows = tuple(
            draw_row(id, album, images.iou[id], _failed(case, id, album)) for id in case.ids
        )
        galleries.append(Gallery(case.title, case.text, rows))
    return galleries


def map_gallery(run: SegmentationSources, dataset: DatasetSources) -> list[Gallery]:
    """Evenly spaced images of the first split on which maps of given labels are scored, if any."""
    split = next((p.split for p in run.mapped.values() if p.labels == "given"), None)
    shown = {} if split is None else heated_protocols(run, split)
    if split is None or not shown:
        return []
    names = {name: f"{MAPS[protocol.map]} label map" for name, protocol in shown.items()}
    scored = read_image_counts(run.counts(split, list(shown)[-1])).iou
    ids = sorted(scored)
    chosen = ids[:: max(1, len(ids) // len(run.gallery))][: len(run.gallery)]
    album = open_album(run, dataset, split, names)
    title = f"Localization maps on {split}, and the label maps that follow from them"
    text = (
        f"Images at equal distances in the list of {split}, whatever their score. The mIoU is that"
        f" of the {list(names.values())[-1]}."
    )
    return [Gallery(title, text, tuple(draw_row(id, album, scored[id]) for id in chosen))]


def _failed(case: Case, id: str, album: Album) -> str:
    """The classes that a failure is about, to stand behind a score; empty if it is none."""
    names = [album.classes[label - 1] for label in case.failed.get(id, ())]
    return f"; {case.word}: {', '.join(names)}" if names else ""
