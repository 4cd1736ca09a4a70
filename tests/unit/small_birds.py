"""Images of one coloured rectangle each, with true boxes, masks and a manifest."""

from pathlib import Path

import numpy as np
from PIL import Image

from methods.data.files import sha256, write_json
from methods.data.labels import write_index_png
from methods.data.manifest import write_index

CLASSES = ("blue", "green", "red")
COLOURS = ((30, 60, 220), (30, 200, 60), (220, 40, 40))
TRAIN, TEST = 9, 6
# x, y, width, height in images of 40 x 30 pixels; a training image has one of two sizes
BOXES = ((10, 8, 12, 10), (14, 6, 16, 20))


def write_birds(folder: Path, *, masks: bool = True) -> tuple[Path, Path]:
    """Write the images and masks; return index.csv and manifest.json."""
    rows, boxes, files, named = [], {}, [], {}
    for number in range(TRAIN + TEST):
        name, kind = f"{number + 1:05d}", number % len(CLASSES)
        x, y, width, height = BOXES[number % 2]
        mask = np.zeros((30, 40), dtype=np.uint8)
        mask[y : y + height, x : x + width] = 1
        pixels = np.full((30, 40, 3), 128, dtype=np.uint8)
        pixels[mask == 1] = COLOURS[kind]
        Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=95, subsampling=0)
        files.append(f"{name}.jpg")
        boxes[name] = [[float(value) for value in (x, y, width, height)]]
        if masks:
            write_index_png(folder / f"{name}.png", mask)
            files.append(f"{name}.png")
            named[name] = f"{name}.png"
        rows.append(
            {
                "id": name,
                "image": f"{name}.jpg",
                "width": 40,
                "height": 30,
                "mode": "RGB",
                "splits": "train" if number < TRAIN else "test",
                "labels": CLASSES[kind],
            }
        )
    write_index(folder / "index.csv", rows)
    digests = [{"name": name, "sha256": sha256(folder / name)} for name in files]
    write_json(folder / "manifest.json", {"files": digests, "masks": named, "boxes": boxes})
    return folder / "index.csv", folder / "manifest.json"
