"""What the report says about MoRe, in words."""

from collections.abc import Mapping

NAME = "MoRe"
# Of each switch of a formulation and each value but `program`.
SWITCHES: Mapping[tuple[str, str], str] = {
    ("gcr", "without"): "no GCR: class tokens as the encoder gives them, instead of GCR (program)",
    ("gcr_neighbours", "paper"): (
        "GCR: half of the patches as neighbours (paper) instead of a share of the classes (program)"
    ),
    ("gcr_tails", "paper"): (
        "GCR: patches alone as tails (paper) instead of class tokens and patches (program)"
    ),
    ("gcr_similarity", "paper"): (
        "GCR: the dot product (paper, eq. 1) instead of the dot product divided by the root of the"
        " width (program)"
    ),
    ("gcr_similarity", "cosine"): (
        "GCR: cosine (the paper's text) instead of the scaled dot product (program)"
    ),
    ("gcr_gate", "paper"): (
        "GCR: an inner product as gate (paper, eq. 4) instead of a product of two sums (program)"
    ),
    ("gcr_fusion", "paper"): (
        "GCR: fusion without residual and without the factor 0.1 (paper, eq. 5) instead of with"
        " both (program)"
    ),
    ("gcr_fusion", "legacy"): (
        "GCR: fusion of the first release instead of the present one (program)"
    ),
    ("gcr_fusion", "renamed"): (
        "GCR: the present fusion (program), read from a checkpoint with the names of before"
        " December 2024, whose first release had another"
    ),
    ("gcr_training", "frozen"): (
        "GCR: never trained, in no optimizer group (which the authors' logs hint at), instead of"
        " trained (program)"
    ),
    ("lam", "paper"): "LAM: cosine (paper) instead of the dot product (program)",
    ("cre_similarity", "paper"): (
        "CRE: cosine (paper) instead of patches that are not normalised (program)"
    ),
    ("cre_mean", "paper"): (
        "CRE: mean over all pairs (paper) instead of a mean for each class, then their sum"
        " (program)"
    ),
    ("cre_range", "fixed"): (
        "CRE: the same value without overflow instead of exponentials that overflow (program)"
    ),
    ("ure", "paper"): (
        "URE: eq. 9 (paper) instead of absolute cosines with halves and 1 in the denominators"
        " (program)"
    ),
    ("attri", "classified"): (
        "class tokens: classified and told apart (which the authors' COCO log hints at) instead of"
        " told apart alone (program)"
    ),
    (
        "decoder_target",
        "paper",
    ): "decoder: learns from the LAM (paper) instead of the CAM (program)",
    ("grid_box", "fixed"): (
        "box of the image's content: pixels turned into patches instead of taken for patches"
        " (program)"
    ),
}
# Of each abbreviation: what the program does.
TERMS: Mapping[str, str] = {
    "register": "a token that belongs to no class; it is kept out of every map and every loss",
    "auxiliary CAM": (
        "the CAM of a second classifier, on the patch tokens of an earlier block; early in the"
        " training it says which patches CRE and URE treat as certain"
    ),
    "LAM": (
        "localization attention map: for each class the product of its token and every patch token"
    ),
    "GCR": (
        "Graph Category Representation: each class token takes up the tokens most like it, as"
        " neighbours in a directed graph"
    ),
    "CRE": (
        "region enhancement for the certain patches: draws a class token to the patches that a CAM"
        " gives to its class"
    ),
    "URE": (
        "region enhancement for the uncertain patches: draws some of those that a CAM leaves open"
        " to the tokens of the classes in the image, away from the others"
    ),
    "PTC": (
        "patch-token contrast: patches to which the auxiliary CAM gives one label shall look alike,"
        " patches of different labels shall not"
    ),
    "PAR": (
        "pixel-adaptive refinement: a map is averaged over neighbours of like colour, so that it"
        " follows the edges of the image; it learns nothing"
    ),
    "energy regulariser": (
        "punishes a prediction in which pixels of like place and colour have different labels"
    ),
}
# Of each column of the journal.
TITLES: Mapping[str, str] = {
    "total": "total",
    "cls": "classification",
    "cls_aux": "auxiliary classification",
    "attri": "class-token contrast",
    "cre": "CRE",
    "ure": "URE",
    "ptc": "PTC",
    "seg": "segmentation",
    "reg": "energy regulariser",
    "gradient_norm": "norm of the gradients",
    "lr_encoder": "learning rate, encoder",
    "lr_heads": "learning rate, heads",
    "images_per_second": "images a second",
    "data_wait_seconds": "wait for data (s)",
}
# Of each entry of a run's list `accept`; MoRe's runs have none.
ACCEPTED: Mapping[str, str] = {}
