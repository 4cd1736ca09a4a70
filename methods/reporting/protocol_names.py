"""Protocols: whole ones in words, and names with the words that drawings have room for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from methods.protocols import Protocol

MAPS = {"decoder": "decoder", "cam": "CAM", "aux_cam": "auxiliary CAM", "lam": "LAM"}
LABELS = {
    "given": "given",
    "logits": "predicted by the classifier",
    "decoder": "predicted by the decoder",
}
_SHORT_LABELS = {"given": "given", "logits": "classifier", "decoder": "decoder"}
_RESIZED = {"square": "", "aspect": "aspect ratio kept", "original": "original size"}
AnyProtocol = TypeVar("AnyProtocol")  # of segmentation or of boxes


def by_name(runs: Iterable[tuple[str, Mapping[str, AnyProtocol]]]) -> dict[str, AnyProtocol]:
    """Every protocol by its name, with the run's where two runs have different ones of a name.

    Args:
        runs: the name of each run, and its protocols by their names.
    """
    named: dict[str, AnyProtocol] = {}
    for run, protocols in runs:
        for name, protocol in protocols.items():
            if named.setdefault(name, protocol) != protocol:
                named[f"{name} of {run}"] = protocol
    return named


def long_name(protocol: Protocol) -> str:
    """Every step of a protocol, such as "decoder, scales 1, 1.25, 1.5, flip, CRF"."""
    steps = [MAPS[protocol.map], _scales_name(protocol)]
    steps += ["flip"] if protocol.flip else []
    steps += [_RESIZED[protocol.resize]] if _RESIZED[protocol.resize] else []
    steps += ["CRF"] if protocol.crf else []
    if protocol.labels is not None:
        steps.append(f"labels {LABELS[protocol.labels]}")
    return ", ".join(steps)


def _scales_name(protocol: Protocol) -> str:
    """The scales, such as "scales 1, 1.25, 1.5"."""
    listed = ", ".join(f"{scale:g}" for scale in protocol.scales)
    return f"scale{'s' if len(protocol.scales) > 1 else ''} {listed}"


def short_names(protocols: Mapping[str, Protocol]) -> dict[str, str]:
    """Each protocol's name in the experiment, and below it what sets it apart from the others.

    That is up to two short lines, without the steps that all of them share; none where they would
    say the name again, or the same of two protocols.
    """
    told = [aspect for aspect in _ASPECTS if len({aspect(p) for p in protocols.values()}) > 1]
    words = {name: _short(protocol, told) for name, protocol in protocols.items()}
    taken = list(words.values())
    return {
        name: name if text.lower() == name.lower() or taken.count(text) > 1 else f"{name}\n{text}"
        for name, text in words.items()
    }


def _short(protocol: Protocol, told: Sequence[Callable[[Protocol], str]]) -> str:
    """Map and steps in the first line, the treatment of images and the labels in the second."""
    words = {aspect: aspect(protocol) for aspect in told if aspect(protocol)}
    steps = " + ".join(words[aspect] for aspect in (_scales, _flip, _crf) if aspect in words)
    between = ", " if _scales in words else " + "
    first = between.join(part for part in (words.get(_map, ""), steps) if part)
    second = ", ".join(words[aspect] for aspect in (_resize, _labels) if aspect in words)
    return "\n".join(line for line in (first, second) if line) or MAPS[protocol.map]


def _map(protocol: Protocol) -> str:
    return MAPS[protocol.map]


def _scales(protocol: Protocol) -> str:
    number = len(protocol.scales)
    return f"{number} scales" if number > 1 else _scales_name(protocol)


def _flip(protocol: Protocol) -> str:
    return "flip" if protocol.flip else ""


def _crf(protocol: Protocol) -> str:
    return "CRF" if protocol.crf else ""


def _resize(protocol: Protocol) -> str:
    return _RESIZED[protocol.resize]


def _labels(protocol: Protocol) -> str:
    return f"labels: {_SHORT_LABELS[protocol.labels]}" if protocol.labels else ""


_ASPECTS = (_map, _scales, _flip, _crf, _resize, _labels)
