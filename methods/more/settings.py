"""Settings of MoRe, as an experiment file gives them.

Each class mirrors one block of `experiments/*.yaml`; `methods.settings.build` turns the YAML
mapping into it. Published values stand in `experiments/paper.yaml`.
"""

from dataclasses import dataclass
from typing import Literal

from methods.training.settings import OptimizerSettings, ScheduleSettings


@dataclass(frozen=True)
class NetworkSettings:
    """The sizes of the network."""

    patch_size: int  # pixels
    width: int  # D, of the encoder
    depth: int
    heads: int
    pretrained_size: int  # pixels; side of the image that the position table was made for
    registers: int  # R register tokens in front of the class tokens
    auxiliary_layer: int  # block that feeds the auxiliary classifier; negative: from the end
    neighbour_ratio: float  # GCR keeps K = int(ratio * classes) neighbours
    decoder_width: int
    decoder_dilation: int


@dataclass(frozen=True)
class AugmentationSettings:
    """What a training view is made by."""

    # resized_crop: jitter after a random resized crop (VOC). scaled_crop: jitter, a random scale,
    # zero padding and a random crop, the box of the real content kept (COCO).
    kind: Literal["resized_crop", "scaled_crop"]
    crop: int  # pixels
    scale: tuple[float, float]  # share of the area; of the side for scaled_crop
    flip_probability: float
    jitter: tuple[float, float, float, float]  # brightness, contrast, saturation, hue
    jitter_probability: float
    ratio: tuple[float, float] | None = None  # of the sides; resized_crop only


@dataclass(frozen=True)
class Thresholds:
    """Above `high` a class, at or below `low` background, between them uncertain (255)."""

    high: float
    low: float


@dataclass(frozen=True)
class ParSettings:
    """Pixel-adaptive refinement."""

    dilations: tuple[int, ...]
    iterations: int


@dataclass(frozen=True)
class PseudoLabelSettings:
    """CAMs and the labels made from them."""

    cam_scales: tuple[float, ...]
    refine: Thresholds  # target of the segmentation loss
    affinity: Thresholds  # PTC mask, from the auxiliary CAM
    cre_early: Thresholds  # from the auxiliary CAM, up to `mask_switch`
    ure_early: Thresholds  # from the auxiliary CAM, up to `mask_switch`
    late: Thresholds  # CRE and URE, from the CAM, after `mask_switch`
    background: float  # the validation's threshold: background where no map is above it
    par: ParSettings


@dataclass(frozen=True)
class UreSettings:
    """Uncertain-region selection."""

    window: int  # k
    threshold: float  # mean code of a window, 1 = uncertain, 2 = foreground
    tokens: int  # per image


@dataclass(frozen=True)
class EnergySettings:
    """Dense-CRF energy regulariser."""

    weight: float
    sigma_rgb: float
    sigma_xy: float  # pixels, before the down-scaling
    scale_factor: float


@dataclass(frozen=True)
class LossSettings:
    """Weights of the terms and the iterations at which they change."""

    cre: float
    ure: float
    ptc: float
    seg: float
    reg: float
    temperature: float  # tau of CRE
    ptc_start: int  # ptc counts while n_iter > ptc_start; -1: from the first iteration on
    region_start: int  # cre and ure count while n_iter > region_start
    seg_start: int  # seg and reg count while n_iter > seg_start
    mask_switch: int  # CRE and URE read the CAM while n_iter > mask_switch
    ure_selection: UreSettings
    energy: EnergySettings


@dataclass(frozen=True)
class PrecisionSettings:
    """Of the encoder's matrix products; everything behind the encoder is float32."""

    network: Literal["fp32", "bf16"]  # the pass that gradients go through
    # The passes without gradients, behind the CAMs. Plain images at scale 1 have none of their own:
    # they take the pass with gradients, unless that is bf16 and these are to be fp32.
    cams: Literal["fp32", "bf16"]
    tf32: bool  # a GPU may round the factors of float32 products to 10 bits of mantissa


@dataclass(frozen=True)
class TrainingSettings:
    """One training run."""

    iterations: int
    batch_size: int
    precision: PrecisionSettings
    loader_workers: int
    checkpoint_every: int  # iterations
    log_every: int  # iterations between two lines of the log; the journal has every iteration
    augmentation: AugmentationSettings
    optimizer: OptimizerSettings
    schedule: ScheduleSettings
    pseudo_labels: PseudoLabelSettings
    losses: LossSettings


@dataclass(frozen=True)
class InferenceSettings:
    """How images enter the network."""

    image_size: int  # pixels; side of the square at scale 1
    precision: Literal["fp32", "bf16"] = "fp32"
    tf32: bool = False
