"""How MoRe was trained, in the words of a paper's implementation details."""

from collections.abc import Mapping
from typing import Any

from methods.wording import number, numbers, span


def training_text(resolved: Mapping[str, Any]) -> tuple[str, ...]:
    """Paragraphs on network and views, and on the optimisation.

    Every number is a value of the resolved configuration, rounded to six digits.

    Args:
        resolved: content of resolved.yaml.
    """
    training = resolved["training"]
    views = f"{_network(resolved)} {_views(training['augmentation'])}"
    steps = f"{_optimizer(resolved)} {_losses(resolved)} {_pseudo_labels(training)}"
    return views, steps


def _network(resolved: Mapping[str, Any]) -> str:
    net = resolved["network"]
    return (
        f"The encoder is a vision transformer of {net['depth']} blocks, width {net['width']} and"
        f" {net['heads']} heads on patches of {net['patch_size']} pixels, with"
        f" {net['registers']} register tokens and one token for each class. It starts from the"
        f" weights {resolved['weights']}, made at {net['pretrained_size']} pixels. The auxiliary"
        f" classifier reads block {_block(net['auxiliary_layer'])}."
        f" {_graph(resolved['formulation'], net['neighbour_ratio'])} The decoder has a width of"
        f" {net['decoder_width']} and a dilation of {net['decoder_dilation']}."
    )


def _graph(switches: Mapping[str, str], ratio: float) -> str:
    if switches["gcr"] == "without":
        return "There is no graph block (GCR)."
    if switches["gcr_neighbours"] == "paper":
        return "The graph block (GCR) keeps half of the patches as neighbours."
    return (
        f"In the graph block (GCR), each class token takes {number(ratio)} times as many neighbours"
        " as there are classes."
    )


def _block(layer: int) -> str:
    return f"{-layer} from the end" if layer < 0 else f"{layer}, counted from zero,"


def _views(augmentation: Mapping[str, Any]) -> str:
    a = augmentation
    names = ("brightness", "contrast", "saturation", "hue")
    strengths = zip(names, a["jitter"], strict=True)
    jitter = ", ".join(f"{name} {number(strength)}" for name, strength in strengths)
    if a["kind"] == "resized_crop":
        view = (
            f"random crops with {span(a['scale'])} of the area and sides in a ratio of"
            f" {span(a['ratio'])}, resized to {a['crop']} pixels"
        )
    else:
        view = f"images scaled by {span(a['scale'])}, padded and cropped to {a['crop']} pixels"
    return (
        f"Training views are {view}, flipped with probability {number(a['flip_probability'])};"
        f" colours are jittered ({jitter}) with probability {number(a['jitter_probability'])}."
    )


def _optimizer(resolved: Mapping[str, Any]) -> str:
    training, derived = resolved["training"], resolved["derived"]
    o, s, p = training["optimizer"], training["schedule"], training["precision"]
    start = "of the peak " if s["kind"] == "poly" else ""
    power = f" with power {number(s['power'])}" if s["kind"] == "poly" else ""
    return (
        f"AdamW took {training['iterations']} steps of {derived['global_batch']} images with a peak"
        f" learning rate of {number(o['lr'])}, times {number(o['head_lr_factor'])} for what is not"
        f" the encoder, betas {numbers(o['betas'])}, epsilon {number(o['eps'])} and weight decay"
        f" {number(o['weight_decay'])}. The rate rises over {s['warmup_iterations']} steps, from"
        f" {number(s['warmup_start'])} {start}on, then falls ({s['kind']}{power}) to no less than"
        f" {number(s['floor'])}. The encoder computed in {p['network']} ({p['cams']} behind the"
        f" CAMs), TF32 {'on' if p['tf32'] else 'off'}."
    )


def _losses(resolved: Mapping[str, Any]) -> str:
    losses = resolved["training"]["losses"]
    weights = ("cre", "ure", "ptc", "seg", "reg")
    named = ", ".join(f"{name.upper()} {number(losses[name])}" for name in weights)
    marks = "; ".join(f"{what} at step {step}" for step, what in resolved["derived"]["marks"])
    select, energy = losses["ure_selection"], losses["energy"]
    return (
        f"Weights of the losses, beside classification: {named}. CRE has a temperature of"
        f" {number(losses['temperature'])}; URE takes {select['tokens']} tokens of an image, from"
        f" windows of {select['window']} patches with a mean code over"
        f" {number(select['threshold'])}; the regulariser's energy has weight"
        f" {number(energy['weight'])}, sigmas of {number(energy['sigma_rgb'])} (colour) and"
        f" {number(energy['sigma_xy'])} (place), at {number(energy['scale_factor'])} of the size."
        + (f" Steps count from zero: {marks}." if marks else "")
    )


def _pseudo_labels(training: Mapping[str, Any]) -> str:
    labels = training["pseudo_labels"]
    names = {
        "refine": "the decoder's target",
        "affinity": "PTC",
        "cre_early": "CRE at first",
        "ure_early": "URE at first",
        "late": "both later",
    }
    pairs = (
        f"{number(labels[key]['high'])} and {number(labels[key]['low'])} for {name}"
        for key, name in names.items()
    )
    par = labels["par"]
    return (
        f"CAMs are made at the scales {numbers(labels['cam_scales'])}; upper and lower thresholds"
        f" of the labels that follow from them are {', '.join(pairs)}. PAR refines with dilations"
        f" {numbers(par['dilations'])} in {par['iterations']} iterations."
    )
