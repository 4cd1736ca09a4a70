"""How MoRe was trained, in the words of a paper's implementation details."""

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
    return (
        f"AdamW took {training['iterations']} steps of {derived['global_batch']} images with a base"
        f" learning rate of {number(o['lr'])}, times {number(o['head_lr_factor'])} for what is not"
        f" the encoder, betas {numbers(o['betas'])}, epsilon {number(o['eps'])} and weight decay"
        f" {number(o['weight_decay'])}. {_schedule(s)}{_shares(resolved)} The encoder computed in"
        f" {p['network']} ({p['cams']} behind the CAMs), TF32 {'on' if p['tf32'] else 'off'}."
    )


def _shares(resolved: Mapping[str, Any]) -> str:
    """Who computed the losses of what, where that was not one process."""
    count = process_count(resolved)
    if count == 1:
        return ""
    return f" Each of {count} processes computed the losses of its share; gradients were averaged."


def _schedule(schedule: Mapping[str, Any]) -> str:
    """How the rate moves; behind a warm-up, the poly schedule never takes the base rate."""
    s, steps, poly = schedule, schedule["warmup_iterations"], schedule["kind"] == "poly"
    floor = f"to no less than {number(s['floor'])}"
    decay = (
        "is the base rate times the share of the steps still to come, counted from the first one,"
        f" to the power {number(s['power'])}, {floor}"
        if poly
        else f"falls from the base rate along half a cosine, {floor}"
    )
    if steps == 0:
        return f"There is no warm-up: the rate {decay}."
    start = f"{number(s['warmup_start'])}{' of it' if poly else ''}"
    drop = " So it drops where the warm-up ends, and never is the base rate." if poly else ""
    rises = f"The rate rises towards the base rate over {steps} steps, from {start}"
    return f"{rises}; then it {decay}.{drop}"


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
