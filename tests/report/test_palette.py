"""The colours of classes in pictures."""

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from methods.reporting.palette import class_colors, label_palette


@pytest.mark.parametrize("number", [1, 7, 8, 20, 21, 80, 254])
def test_every_class_of_a_picture_has_a_colour_of_its_own(number: int) -> None:
    palette = label_palette({})
    taken = {tuple(palette[label].tolist()) for label in (0, 255)}
    colors = class_colors(number)
    assert len(colors) == len(set(colors) - taken) == number


def test_the_palette_has_the_labels_that_are_named() -> None:
    palette = label_palette({3: (1, 2, 3), 80: (4, 5, 6)})
    assert palette[[3, 80]].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert palette[255].min() > 200
    assert palette[0].max() < 60


def test_pictures_have_the_colours_of_their_legend(page: Path) -> None:
    strips = re.findall(r'<figure class="strip"[^>]*>(.*?)</figure>', page.read_text("utf-8"), re.S)
    assert strips
    for strip in strips:
        legend = re.findall(r'<i style="background: #([0-9a-f]{6})">', strip)
        assert len(legend) == len(set(legend))
        drawn = set()
        for code in re.findall(r"data:image/png;base64,([^\"]+)", strip):
            image = Image.open(io.BytesIO(base64.b64decode(code))).convert("RGB")
            drawn |= {bytes(color).hex() for _, color in image.getcolors() or ()}
        ground = {bytes(label_palette({})[label].tolist()).hex() for label in (0, 255)}
        assert drawn - ground == set(legend)
