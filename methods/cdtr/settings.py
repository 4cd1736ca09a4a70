"""Settings of CDTR, as an experiment file gives them.

Each class mirrors one block of `experiments/*.yaml`; `methods.settings.build` turns the YAML
mapping into it. Published values stand in `experiments/paper.yaml`.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class NetworkSettings:
    """The sizes of the network; CUB's and ILSVRC's differ by `csm_width` and `ocm_blocks`."""

    patch_size: int  # pixels
    width: int  # D, of the encoder
    depth: int  # L
    heads: int  # H
    pretrained_size: int  # pixels; side of the image that the position table was made for
    csm_width: int  # channels behind the first double convolution of CSM
    ocm_blocks: int  # the first blocks, whose attention OCM reads
    drop_path: float  # of the last block; block l of L has l / (L - 1) of it
    mlp_ratio: float = 4.0


@dataclass(frozen=True)
class AugmentationSettings:
    """What a training view is made by, in this order."""

    crop: int  # pixels; side of the square view
    scale: tuple[float, float]  # share of the area
    ratio: tuple[float, float]  # of the sides
    flip_probability: float
    rand_augment: str  # timm's description, such as rand-m9-mstd0.5-inc1
    erasing_probability: float


@dataclass(frozen=True)
class SamplerSettings:
    """Repeated augmentation: which images an epoch shows, and how often."""

    repeats: int  # views of an image in a row
    round_to: int  # an epoch has the largest multiple of it, at most the size of the split
    set_epoch: bool  # False: every epoch repeats the draw of epoch 0


@dataclass(frozen=True)
class OptimizerSettings:
    """AdamW; 1-D tensors, biases, cls_token and pos_embed do not decay."""

    lr: float  # of a batch of lr_batch; scaled by batch_size * emulate_processes / lr_batch
    lr_batch: int
    betas: tuple[float, float]
    eps: float
    weight_decay: float


@dataclass(frozen=True)
class ScheduleSettings:
    """Cosine by epoch with a linear warm-up; all rates absolute, none scaled."""

    warmup_epochs: int
    warmup_lr: float  # of the first epoch
    floor: float  # that the cosine ends at


@dataclass(frozen=True)
class LossSettings:
    """Constants of the six losses."""

    clip: float  # weight of loss_clip, beside the learned weights of the other five
    area_ratio: float  # r, share of the patches whose attention is held down


@dataclass(frozen=True)
class PrecisionSettings:
    """Of the encoder's matrix products; everything behind the encoder is float32."""

    network: Literal["fp32", "bf16", "fp16"]
    tf32: bool  # a GPU may round the factors of float32 products to 10 bits of mantissa


@dataclass(frozen=True)
class TrainingSettings:
    """One training run."""

    epochs: int
    batch_size: int  # B, of one process
    # W: the published program's processes, emulated one after another on one device. Each has its
    # own batch statistics, prompts and sums; gradients are averaged, running statistics are those
    # of process 0.
    emulate_processes: int
    precision: PrecisionSettings
    loader_workers: int
    checkpoint_every: int  # epochs
    log_every: int  # iterations between two lines of the log; the journal has every iteration
    sampler: SamplerSettings
    augmentation: AugmentationSettings
    optimizer: OptimizerSettings
    schedule: ScheduleSettings
    losses: LossSettings
    # What CLIP's prompts call the classes, in their order; None: by the names of the data set.
    prompt_names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class InferenceSettings:
    """How images enter the network."""

    image_size: int  # pixels; side of the central crop
    resize: int  # pixels; the shorter side before the crop
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    tf32: bool = False
