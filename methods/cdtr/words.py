"""What the report says about CDTR, in words."""

from collections.abc import Mapping

NAME = "CDTR"
# Of each switch of a formulation and each value but its default.
SWITCHES: Mapping[tuple[str, str], str] = {
    ("prompt", "label"): (
        "SBA: the prompt names the image's class instead of the class whose number is the image's"
        " place in the batch (program)"
    ),
    ("prompt_background", "background"): (
        "SBA: the background is compared with the background's prompt instead of the foreground's"
        " (program)"
    ),
    ("prompt_words", "blanks"): (
        "SBA: class names with blanks instead of underscores in the prompt (program)"
    ),
    ("clip_normalisation", "clip"): (
        "SBA: CLIP is given pixels in its own normalisation instead of ImageNet's (program)"
    ),
    ("object_map", "normalised"): (
        "SBA: the map brought to the range from 0 to 1 in each image (program for ILSVRC) instead"
        " of as it is (program for CUB)"
    ),
    ("sba_mask", "figure"): (
        "SBA: the mean attention alone as the map (figure) instead of the map of the image's class"
        " (program)"
    ),
    ("loss_map", "matched"): (
        "OCM: each image's prediction compared with its own attention instead of with that of"
        " every image of the batch (program)"
    ),
    ("loss_area", "averaged"): (
        "OCM: the area term as a mean over the batch instead of a sum (program)"
    ),
    ("ski", "figure"): (
        "SKI: the classifier's maps are deformed (figure) instead of CSM's (program)"
    ),
    ("schedule", "on_time"): (
        "learning rate: each epoch has its own instead of that of the epoch before (program)"
    ),
    ("head_bias", "dropped"): (
        "classifier: a bias of its own from the start instead of the pretrained one where the"
        " number of classes is the same (program)"
    ),
}
# Of each abbreviation: the name that the paper's abstract gives it, and what the program does.
TERMS: Mapping[str, str] = {
    "CSM": (
        "Category-aware Stimulation Module: a small network that makes a map of every class from"
        " the attention of the class token, and learns from the class of the image"
    ),
    "OCM": (
        "Object Constraint Module: a map of the object, predicted from the attention of the early"
        " blocks, is held against the mean attention (map), and the weakest attention is pressed"
        " down (area)"
    ),
    "SKI": (
        "Semantic Kernel Integrator: a deformable convolution of CSM's maps, whose offsets come"
        " from the classifier's maps; in training alone"
    ),
    "SBA": (
        "Semantic Boost Adapter: CLIP compares the image under its map, and what the map leaves"
        " out, with prompts of class and background; it has nothing to learn"
    ),
}
# Of each column of the journal.
TITLES: Mapping[str, str] = {
    "epoch": "epoch",
    "x": "classification",
    "att": "CSM",
    "area": "OCM, area",
    "map": "OCM, map",
    "dnc": "SKI",
    "clip": "SBA",
    "total": "total",
    "gradient_norm": "norm of the gradients",
    "skipped_steps": "skipped steps so far",
    "weight_x": "learned weight of classification",
    "weight_att": "learned weight of CSM",
    "weight_area": "learned weight of OCM, area",
    "weight_map": "learned weight of OCM, map",
    "weight_dnc": "learned weight of SKI",
    "lr": "learning rate",
    "distinct_images": "distinct images so far",
    "images_per_second": "images a second",
    "data_wait_seconds": "wait for data (s)",
}
# Of each entry of a run's list `accept`.
ACCEPTED: Mapping[str, str] = {
    "floor_above_peak": (
        "the learning rate's floor lies above the peak that its warm-up aims at, so the rate rises"
        " to the end"
    ),
    "frozen_sampler": (
        "every epoch repeats the draw of the first one, so all of them show the same part of the"
        " images"
    ),
}
