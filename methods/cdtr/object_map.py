"""The map of the labelled class that SBA lays over an image."""

from collections.abc import Callable, Mapping

from torch import Tensor

from methods.cdtr.formulation import Formulation
from methods.cdtr.network import CdtrOutput, class_maps

_RANGE_EPSILON = 1e-15  # in the denominator of the normalised map; matters where it is constant


def object_map(output: CdtrOutput, labels: Tensor, formulation: Formulation) -> Tensor:
    """Where the network sees the class of the label, with a gradient to the attention alone.

    Args:
        output: of the network; X_out and X_csm are constants here.
        labels: int64 (B,), the class of every image.
        formulation: `sba_mask`: program is M_ca * (X_out + X_csm) of the class, figure is M_ca;
            `object_map`: raw keeps the values, which may be below 0 or above 1; normalised brings
            every image's range to 0..1, with a gradient through its ends.

    Returns:
        (B, 1, h, w).
    """
    return _SCALES[formulation.object_map](_MASKS[formulation.sba_mask](output, labels))


def _class_map(output: CdtrOutput, labels: Tensor) -> Tensor:
    patch_maps, csm_maps = output.patch_maps.detach(), output.csm_maps.detach()
    return class_maps(output._replace(patch_maps=patch_maps, csm_maps=csm_maps), labels)


def _attention_alone(output: CdtrOutput, labels: Tensor) -> Tensor:
    del labels
    return output.attention[:, None]


def _normalised(maps: Tensor) -> Tensor:
    """Maps (B, 1, h, w) less their minima, over their ranges; 0 where a map is constant."""
    lowest, highest = maps.amin((2, 3), keepdim=True), maps.amax((2, 3), keepdim=True)
    return (maps - lowest) / (highest - lowest + _RANGE_EPSILON)


_MASKS: Mapping[str, Callable[[CdtrOutput, Tensor], Tensor]] = {
    "program": _class_map,
    "figure": _attention_alone,
}
_SCALES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "raw": lambda maps: maps,
    "normalised": _normalised,
}
