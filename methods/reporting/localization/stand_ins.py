"""Generated images in the place of those that others collected."""

from methods.data.files import read_json
from methods.reporting.sources import ReportSources

CUBV2 = "cubv2"  # the split whose images Choe et al. collected


def stand_in(sources: ReportSources) -> str:
    """Which images are in the place of CUBV2's, by the data's manifests; empty where none are.

    Such as "48 generated images of birds stand in for them".
    """
    told = []
    for dataset in sources.datasets:
        splits = read_json(dataset.manifest)["splits"]
        if CUBV2 in splits and sources.settings["datasets"][dataset.name]["source"] == "generated":
            told.append(f"{splits[CUBV2]['count']} generated images of {dataset.name}")
    return f"{' and '.join(told)} stand in for them" if told else ""
