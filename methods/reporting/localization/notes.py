"""What a reader should know before believing the numbers of localization."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from methods.box_protocols import BoxProtocol
from methods.data.files import read_json
from methods.data.splits import drawn_from, overlap
from methods.errors import InputError
from methods.reporting.localization.choices import RULE
from methods.reporting.localization.scored import Scored, Seeds, protocols_of
from methods.reporting.localization.stand_ins import CUBV2, stand_in
from methods.reporting.localization.words import MAPS_OF, threshold
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.sources import ReportSources
from methods.wording import listed

_GT_KNOWN = {
    "predicted": "as in the released program, so that a wrong class can cost the box as well",
    "labelled": "so that it does not depend on the classification",
}


def notes(sources: ReportSources, runs: Sequence[Seeds]) -> tuple[str, ...]:
    """The notes, each made from the files."""
    protocols = protocols_of(runs)
    return (
        *_constant_notes(runs),
        *_gt_known_notes(protocols),
        *_threshold_notes(sources, runs, protocols),
        *_crop_notes(protocols),
    )


def require_no_oracle(sources: ReportSources) -> None:
    """Check that no verdict reads a protocol whose threshold is the best on what it is scored on.

    Raises:
        InputError: one does.
    """
    oracles = {
        run.metrics(protocol.split, name).relative_to(sources.root).as_posix()
        for run in sources.localization
        for name, protocol in run.protocols.items()
        if protocol.is_oracle
    }
    for entry in read_json(sources.verdicts)["verdicts"]:
        read = sorted(oracles.intersection(entry["files"]))
        if read:
            raise InputError(
                sources.verdicts,
                f"claim {entry['id']}, which reads {read[0]}",
                "a protocol whose threshold is not chosen on the images that it is scored on",
                "correct the claim",
            )


def _constant_notes(runs: Sequence[Seeds]) -> Iterator[str]:
    """Constant maps belong to a split, whatever the protocol; the most of all protocols is told."""
    counts = {seed.files.name: _constant(seed) for seeds in runs for seed in seeds}
    found = [f"{name}: {count} on {split}" for name, of in counts.items() for split, count in of]
    if found:
        yield f"Class maps that are constant, and so have no box: {', '.join(found)}."
    else:
        yield "No class map is constant; such a map would have no box."


def _constant(run: Scored) -> list[tuple[str, int]]:
    most: dict[str, int] = {}
    for _, protocol, metrics in run.by_protocol():
        most[protocol.split] = max(most.get(protocol.split, 0), metrics["constant_maps"])
    return [(split, count) for split, count in most.items() if count]


def _gt_known_notes(protocols: Mapping[str, BoxProtocol]) -> Iterator[str]:
    """Which map GT-known takes; as every protocol is named here first, each has its threshold."""
    for of, reason in _GT_KNOWN.items():
        told = [f"{name} ({threshold(p)})" for name, p in protocols.items() if p.gt_known == of]
        if told:
            noun = "protocol" if len(told) == 1 else "protocols"
            yield (
                f"GT-known of the {noun} {listed(told)} takes the map of the {MAPS_OF[of]},"
                f" {reason}."
            )


def _threshold_notes(
    sources: ReportSources, runs: Sequence[Seeds], protocols: Mapping[str, BoxProtocol]
) -> Iterator[str]:
    published = [name for name, p in protocols.items() if p.threshold_source == "published"]
    if published:
        yield (
            f"The threshold of {', '.join(published)} is the released program's, which does not say"
            " by which images it was found."
        )
    chosen: dict[str, list[str]] = {}  # protocols by the split that chooses
    for name, p in protocols.items():
        if p.chosen_on is not None and not p.is_oracle:
            chosen.setdefault(p.chosen_on, []).append(name)
    for split, names in chosen.items():
        images = " or ".join(str(number) for number in _images(sources, runs, split))
        trained = [s[0].files.run for s in runs if _is_trained_on(sources, s[0].files, split)]
        seen = (
            f" Training has seen these images, though not their boxes (run {', '.join(trained)})."
            if trained
            else ""
        )
        here = stand_in(sources) if split == CUBV2 else ""
        made = f" CUBV2's own images are not here: {here}." if here else ""
        yield (
            f"The threshold of {', '.join(names)} is chosen by the boxes of {images} images"
            f" ({split}), so that its rates rest on more than image labels. {RULE}{seen}{made}"
        )
    oracles = [name for name, p in protocols.items() if p.is_oracle]
    if oracles:
        yield (
            f"ORACLE: the threshold of {', '.join(oracles)} is the best one for GT-known, and for"
            " GT-known only, on the images that it is scored on; another may be better for Top-1"
            " Loc. It says what a threshold could give; no verdict reads it."
        )


def _is_trained_on(sources: ReportSources, run: LocalizationSources, split: str) -> bool:
    """Whether a run chooses a threshold by images that its training shows."""
    dataset = sources.settings["datasets"][run.dataset]
    chooses = any(p.chosen_on == split for p in run.protocols.values())
    return chooses and overlap(dataset["format"], drawn_from(dataset), split, run.train_split)


def _images(sources: ReportSources, runs: Sequence[Seeds], split: str) -> list[int]:
    """How many images a split has, in each data set whose runs choose a threshold by it."""
    names = {
        seeds[0].files.dataset
        for seeds in runs
        if any(p.chosen_on == split for p in seeds[0].files.protocols.values())
    }
    manifests: list[dict[str, Any]] = [read_json(sources.dataset(n).manifest) for n in names]
    return sorted({manifest["splits"][split]["count"] for manifest in manifests})


def _crop_notes(protocols: Mapping[str, BoxProtocol]) -> Iterator[str]:
    names = [name for name, p in protocols.items() if p.crop == "program"]
    if names:
        noun = "Protocol" if len(names) == 1 else "Protocols"
        yield (
            f"{noun} {', '.join(names)}: true boxes are moved into the crop as the released program"
            " does it, up to one pixel from where the crop has them. That program overwrites a box"
            " when it reads it, so that a second reading gives another; here every reading is the"
            " first."
        )
