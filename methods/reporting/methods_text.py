"""The methods text of a run, as a paper's implementation details, made from its configuration."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from methods.box_protocols import boxes_every_region, read_box_protocols
from methods.data.files import atomic_path
from methods.protocols import read_protocols
from methods.reporting.formulations import switched
from methods.reporting.localization.words import MAPS_OF, SEVERAL
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.protocol_names import LABELS, MAPS
from methods.reporting.run_sources import RunSources
from methods.reporting.sources import ReportSources, seeds_of
from methods.wording import number, numbers
from methods.yaml_files import read_yaml

_CARRIED = {"program": "as the released program does, up to one pixel off", "exact": "exactly"}
_TrainingText = Callable[[Mapping[str, Any]], tuple[str, ...]]


@dataclass(frozen=True)
class MethodsText:
    """What was done, in paragraphs.

    Attributes:
        run: name of the run.
        paragraphs: plain text; every number is a value of a resolved configuration or of the run's
            block of the experiment, or counts the entries of one.
    """

    run: str
    paragraphs: tuple[str, ...]

    @property
    def file(self) -> str:
        """The plain-text file, in the folder of the tables."""
        return f"methods.{self.run}.txt"

    def write(self, folder: Path) -> None:
        """Write the file."""
        with atomic_path(folder / self.file) as path:
            path.write_text("\n\n".join(self.paragraphs) + "\n", encoding="utf-8")


def methods_texts(sources: ReportSources) -> tuple[MethodsText, ...]:
    """The text of every run, in the order of the experiment."""
    return tuple(_text(runs, sources) for runs in seeds_of(sources.runs).values())


def _text(runs: Sequence[RunSources], sources: ReportSources) -> MethodsText:
    first, block = runs[0], sources.settings["runs"][runs[0].run]
    resolved = [read_yaml(run.resolved) for run in runs if run.trained]
    trained = _training(first.method, resolved[0]) if resolved else ()
    formulas = _formulas(resolved[0] if resolved else block)
    paragraphs = (
        " ".join(_data(first, block, sources, resolved)),
        *trained,
        " ".join([*formulas, *_inference(first, block)]),
    )
    return MethodsText(first.run, paragraphs)


def _training(method: str, resolved: Mapping[str, Any]) -> tuple[str, ...]:
    """The method's own paragraphs, by `training_text` of its module methods_text.

    Raises:
        ModuleNotFoundError: it has no such module.
    """
    module = importlib.import_module(f"methods.{method}.methods_text")
    return cast("_TrainingText", module.training_text)(resolved)


def _data(
    run: RunSources,
    block: Mapping[str, Any],
    sources: ReportSources,
    resolved: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    dataset = sources.settings["datasets"][run.dataset]
    splits = ", ".join(f"{name} {count}" for name, count in dataset["splits"].items())
    what = f"({dataset['format']}, {dataset['source']}, {len(dataset['classes'])} classes)"
    if not resolved:
        yield (
            f"Run {run.run} trains nothing: it evaluates a given checkpoint of {run.method} on"
            f" {run.dataset} {what}, whose splits hold {splits} images."
        )
        return
    seeds = [document["seed"] for document in resolved]
    yield (
        f"Run {run.run} trains the method {run.method} on the data set {run.dataset} {what}, on the"
        f" {resolved[0]['derived']['training_images']} images of {run.train_split} with image-level"
        f" labels. The splits hold {splits} images. It was trained with"
        f" {'seed' if len(seeds) == 1 else 'the seeds'} {numbers(seeds)}."
    )
    yield _checkpoint(block["checkpoint"])


def _checkpoint(stated: Mapping[str, Any]) -> str:
    return {
        "last": "The last checkpoint is evaluated.",
        "iteration": f"The checkpoint of iteration {stated.get('iteration')} is evaluated.",
        "best": f"The checkpoint that is best on {stated.get('split')} is evaluated.",
    }[stated["rule"]]


def _formulas(block: Mapping[str, Any]) -> Iterator[str]:
    told = [words for _, _, words in switched(block)]
    if told:
        yield f"Where its formulas are not those of the released program: {'; '.join(told)}."


def _inference(run: RunSources, block: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(run, LocalizationSources):
        yield from _boxes(run, block)
        yield "Intervals are binomial (Wilson), over the images."
        return
    yield from _labels(run, block)
    bootstrap = block["evaluation"]["bootstrap"]
    yield (
        f"Intervals are bootstrapped over the images, {bootstrap['samples']} samples, seed"
        f" {bootstrap['seed']}."
    )


def _labels(run: RunSources, block: Mapping[str, Any]) -> Iterator[str]:
    protocol = read_protocols(block)[run.headline]
    side = block["inference"]["image_size"]
    shape = {
        "square": f"as squares of {side} pixels",
        "aspect": f"in proportion, with as many pixels as a square of {side}",
        "original": "in their own size",
    }[protocol.resize]
    flips = " and mirrored" if protocol.flip else ""
    labels = f", image labels {LABELS[protocol.labels]}" if protocol.labels else ""
    threshold = (
        f" Background is what no map shows above {number(protocol.background)}"
        f" ({protocol.threshold_source})."
        if protocol.background is not None
        else ""
    )
    yield (
        f"The protocol {run.headline}, on {run.split}, reads the {MAPS[protocol.map]}{labels}:"
        f" images enter {shape}, at the scale{'s' * (len(protocol.scales) > 1)}"
        f" {numbers(protocol.scales)}{flips}.{threshold}"
    )
    if protocol.crf:
        crf = block["crf"]
        near, alike = crf["gaussian"], crf["bilateral"]
        yield (
            f"A dense CRF follows, {crf['iterations']} iterations: Gaussian sxy"
            f" {number(near['sxy'])}, compat {number(near['compat'])}; bilateral sxy"
            f" {number(alike['sxy'])}, srgb {number(alike['srgb'])}, compat"
            f" {number(alike['compat'])}."
        )


def _boxes(run: LocalizationSources, block: Mapping[str, Any]) -> Iterator[str]:
    protocol = read_box_protocols(block)[run.headline]
    chosen = protocol.chosen_on
    share = (
        f"{number(protocol.threshold)} ({protocol.threshold_source}) of its largest value"
        if protocol.threshold is not None
        else f"the share of its largest value that is best for the boxes of {chosen}"
    )
    ends = "ends included" if boxes_every_region(protocol.box) else "ends left out"
    yield (
        f"Images are resized to {run.resize} pixels on the shorter side and cropped to the central"
        f" {run.image_size}. The protocol {run.headline}, on {run.split}, thresholds the map of a"
        f" class at {share} and takes the box of the largest region, {ends}"
        f" ({protocol.box}). GT-known reads the map of the {MAPS_OF[protocol.gt_known]}. True boxes"
        f" are carried into the crop {_CARRIED[protocol.crop]}; of several true boxes"
        f" {SEVERAL[protocol.several]} counts."
    )
