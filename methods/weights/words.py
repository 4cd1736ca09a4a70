"""What a plan says about weights, in words."""

from collections.abc import Mapping

# Of each source of weights that are trained here, the training whose time is not counted.
UNCOUNTED: Mapping[str, str] = {"contrastive": "the training of CLIP"}
