"""Protocols: by which steps a checkpoint becomes the label maps that are scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from methods.settings import build

Resize = Literal["square", "aspect", "original"]


@dataclass(frozen=True)
class Protocol:
    """One entry of a run's block `protocols`."""

    map: Literal["decoder", "cam", "aux_cam", "lam"]
    split: str  # the images that are scored
    scales: tuple[float, ...]
    flip: bool
    crf: bool = False
    # square: squares of the side int(scale * image_size); aspect: as many pixels, the sides in
    # proportion, in whole patches; original: both sides times the scale, as they are
    resize: Resize = "square"
    # Of the localization maps. Which classes may appear: `given` labels; `logits`: predicted ones,
    # the decoder's where none is; `decoder`: the decoder's, the predicted where none is.
    labels: Literal["given", "logits", "decoder"] | None = None
    background: float | None = None  # a pixel whose highest map is at or below it is background
    threshold_source: str | None = None  # published, fixed, or the split that it was chosen on

    @property
    def of_decoder(self) -> bool:
        """Whether the label maps come from the decoder, not from localization maps."""
        return self.map == "decoder"


def read_protocols(run: Mapping[str, Any]) -> dict[str, Protocol]:
    """The protocols of a run's block by name, in the order of the file."""
    return {name: build(Protocol, values) for name, values in run["protocols"].items()}


def decoder_scales(run: Mapping[str, Any], resize: Resize) -> tuple[float, ...]:
    """Every scale at which a run's protocols with this resizing read the decoder's logits."""
    protocols = read_protocols(run).values()
    return _scales(p for p in protocols if p.of_decoder and p.resize == resize)


def map_scales(run: Mapping[str, Any]) -> tuple[float, ...]:
    """Every scale at which a run's protocols read localization maps."""
    return _scales(p for p in read_protocols(run).values() if not p.of_decoder)


def _scales(protocols: Any) -> tuple[float, ...]:
    return tuple(sorted({scale for protocol in protocols for scale in protocol.scales}))
