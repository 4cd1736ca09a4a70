"""Generated scenes as a data set, with manifest, index and checks."""

import hashlib
from typing import TYPE_CHECKING

from PIL import Image

from methods.data.files import atomic_path, sha256, write_json
from methods.data.labels import write_index_png
from methods.data.manifest import write_index
from methods.data.scenes import Scene, render_scene
from methods.data.voc import augmented_mask_file, image_file, voc_folder

if TYPE_CHECKING:
    from tests.report.results import Results

SPLITS = {"train": ["2012_000001", "2012_000002", "2012_000003", "2012_000004"]}
SPLITS["val"] = [f"2012_0000{number}" for number in range(11, 19)]
SPLITS["test"] = ["2012_000021", "2012_000022"]
SPLITS["held_out"] = SPLITS["train"][:2]
SPLITS["train_aug"] = SPLITS["train"]
SPLITS["rest"] = SPLITS["train_kept"] = SPLITS["train"][2:]
SPLITS["val_part"] = SPLITS["val"][:5]


def write_scenes(results: "Results") -> dict[str, Scene]:
    """Write images, masks and what was found out about them."""
    voc = voc_folder(results.data_root / "extracted" / "shapes" / "tree")
    (voc / augmented_mask_file("")).parent.mkdir(parents=True)
    scenes, rows, files = {}, [], []
    for id in dict.fromkeys(id for members in SPLITS.values() for id in members):
        height, width = results.rng.integers(72, 120, 2)
        scene = render_scene(results.rng, int(height), int(width), len(results.classes))
        with atomic_path(voc / image_file(id)) as path:
            Image.fromarray(scene.image).save(path, quality=90)
        write_index_png(voc / augmented_mask_file(id), scene.mask)
        files += [image_file(id), augmented_mask_file(id)]
        rows.append(
            {
                "id": id,
                "image": image_file(id),
                "width": width,
                "height": height,
                "mode": "RGB",
                "splits": "|".join(name for name, members in SPLITS.items() if id in members),
                "labels": "",
            }
        )
        scenes[id] = scene
    archive = {"name": "shapes.tar", "bytes": 1, "sha256": sha256(voc / files[0])}
    extraction = {"dataset": "shapes", "files": len(files), "archives": [archive]}
    write_json(results.data_root / "extracted/shapes/extraction.json", extraction)
    folder = results.root / "data" / "shapes"
    write_index(folder / "index.csv", rows)
    splits = {
        name: {"count": len(ids), "sha256_of_ids": hashlib.sha256(repr(ids).encode()).hexdigest()}
        for name, ids in SPLITS.items()
    }
    digests = [{"name": name, "bytes": 1, "sha256": sha256(voc / name)} for name in files]
    masks = {id: augmented_mask_file(id) for id in scenes}
    manifest = {"dataset": "shapes", "classes": results.classes, "splits": splits}
    write_json(folder / "manifest.json", {**manifest, "files": digests, "masks": masks})
    check = {"checked": 12, "expected": "mode P or L", "found": "mode L", "examples": []}
    warning = {"name": "every annotated class has a pixel", "severity": "warning", **check}
    checks = [
        {"name": "masks are label maps", "severity": "ok", "failed": 0, **check},
        {**warning, "failed": 1, "examples": ["2012_000003"]},
    ]
    write_json(folder / "checks.json", {"checks": checks})
    write_json(
        results.root / "weights/mini-vit.json",
        {
            "name": "mini-vit",
            "source": "pretrained",
            "task": "texture, hue and shape of every patch of a generated scene",
            "left_out": ["star + stripes"],
            "accuracy": {"texture_patches": 81.25, "object_iou": 73.5},
            "seed": 21,
        },
    )
    return scenes
