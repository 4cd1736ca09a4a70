"""How CDTR was trained, in the words of a paper's implementation details."""

from collections.abc import Mapping
from typing import Any

from methods.training.sharing import process_count
from methods.wording import number, numbers, span


def training_text(resolved: Mapping[str, Any]) -> tuple[str, ...]:
    """Paragraphs on network and views, and on the optimisation.

    Every number is a value of the resolved configuration, rounded to six digits.

    Args:
        resolved: content of resolved.yaml.
    """
    training = resolved["training"]
    views = f"{_network(resolved)} {_views(training['augmentation'], training['sampler'])}"
    return views, f"{_optimizer(resolved)} {_losses(training['losses'])}"


def _network(resolved: Mapping[str, Any]) -> str:
    net = resolved["network"]
    wide = f" MLPs are {number(net['mlp_ratio'])} times as wide." if "mlp_ratio" in net else ""
    return (
        f"The encoder is a vision transformer of {net['depth']} blocks, width {net['width']} and"
        f" {net['heads']} heads on patches of {net['patch_size']} pixels, with drop path up to"
        f" {number(net['drop_path'])}.{wide} It starts from the weights {resolved['weights']}, made"
        f" at {net['pretrained_size']} pixels. CSM is {net['csm_width']} channels wide; OCM reads"
        f" the attention of the first {net['ocm_blocks']} blocks. The frozen guide is"
        f" {resolved['guide']}."
    )


def _views(augmentation: Mapping[str, Any], sampler: Mapping[str, Any]) -> str:
    a = augmentation
    draws = "a draw of its own" if sampler["set_epoch"] else "the draw of the first one"
    return (
        f"Training views are random crops with {span(a['scale'])} of the area and sides in a ratio"
        f" of {span(a['ratio'])}, resized to {a['crop']} pixels, flipped with probability"
        f" {number(a['flip_probability'])}, changed by RandAugment ({a['rand_augment']}, as timm"
        f" calls it) and erased in part with probability {number(a['erasing_probability'])}. An"
        f" image is shown {sampler['repeats']} times in a row; each epoch has {draws}."
    )


def _optimizer(resolved: Mapping[str, Any]) -> str:
    training, derived = resolved["training"], resolved["derived"]
    o, s, p = training["optimizer"], training["schedule"], training["precision"]
    return (
        f"AdamW took {derived['iterations']} steps of {derived['global_batch']} images, over"
        f" {training['epochs']} epochs: {training['batch_size']} images for each of"
        f" {training['emulate_processes']} processes, emulated {_by(resolved)}. The stated"
        f" learning rate of {number(o['lr'])} is for {o['lr_batch']} images, so the peak is"
        f" {number(derived['peak_lr'])}; betas {numbers(o['betas'])}, epsilon {number(o['eps'])},"
        f" weight decay {number(o['weight_decay'])}. A warm-up of {s['warmup_epochs']} epochs"
        f" starts at {number(s['warmup_lr'])}, a cosine follows with a floor of"
        f" {number(s['floor'])}; the rates that were used lie between"
        f" {number(derived['lowest_lr'])} and {number(derived['highest_lr'])}. The encoder computed"
        f" in {p['network']}, TF32 {'on' if p['tf32'] else 'off'}."
    )


def _by(resolved: Mapping[str, Any]) -> str:
    count = process_count(resolved)
    return "one after another" if count == 1 else f"by {count} real ones"


def _losses(losses: Mapping[str, Any]) -> str:
    return (
        f"The guide's loss has weight {number(losses['clip'])}, the others learned weights; the"
        f" area term holds down {number(losses['area_ratio'])} of the patches."
    )
