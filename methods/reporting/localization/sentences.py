"""What was measured of each run, in one sentence."""

from methods.reporting.localization.scored import (
    Seeds,
    interval,
    mean_rate,
    thresholds_taken,
)
from methods.reporting.localization.words import RATES, threshold
from methods.reporting.method_words import run_name
from methods.reporting.seed_words import of_seeds
from methods.reporting.tables import show_number

_TOLD = {
    "top1_loc": "class and box right",
    "gt_known": "box right",
    "top1_cls": "class right",
}


def result(seeds: Seeds) -> str:
    """The rates of the protocol that stands for a run, and what they cover."""
    run = seeds[0].files
    name = run_name(run.run, run.method)
    what = name if run.trained else f"Calibration, a given checkpoint of {name}"
    protocol = run.headline
    boxes = threshold(run.protocols[protocol], thresholds_taken(seeds, protocol))
    covered = seeds[0].metrics[protocol]["coverage"]
    rates = ", ".join(_rate(seeds, protocol, rate) for rate in _TOLD)
    trained = of_seeds(1) if len(seeds) == 1 else f"means of {of_seeds(len(seeds))}"
    spans = "; 95 % intervals over images (binomial, Wilson)" if len(seeds) == 1 else ""
    how = f"{spans}; {trained}" if run.trained else spans
    return (
        f"{what}, on {run.split} (protocol {protocol}: {boxes}): {rates}; on"
        f" {covered['evaluated']} of {covered['expected']} images{how}."
    )


def _rate(seeds: Seeds, protocol: str, rate: str) -> str:
    """The value with its interval, or with the values of the seeds."""
    value = f"{_TOLD[rate]} {show_number(mean_rate(seeds, protocol, rate))} % ({RATES[rate]}"
    if len(seeds) == 1:
        low, high = map(show_number, interval(seeds[0].metrics[protocol], rate))
        return f"{value}, {low} to {high})"
    return f"{value}; by seed {' / '.join(show_number(s.metrics[protocol][rate]) for s in seeds)})"
