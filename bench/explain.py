"""How well the explanations hold up: the pointing game and the deletion and insertion areas on photographs with boxes.

    python bench/explain.py COCO RESULTS.csv
    python bench/explain.py --table RESULTS.csv

The table has the pointing game over all classes, over those whose boxes cover less than a quarter of what the network
sees ("difficult"), and over those that the network answers ("answered"), for which alone deletion and insertion say
anything.

COCO is a folder with `instances_train2017.json` and the pictures, in any folder below. The network is the one whose
ImageNet weights come with the install. A class of COCO is judged where ImageNet has classes that are the same thing or
kinds of it (`SAME`); the class to be explained is the one of them with the highest logit. Two maps know nothing: random
patches, and the distance from the middle, in front of which people hold things. RESULTS.csv grows picture by picture,
and a second call goes on where the first was stopped.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from miwake import machine
from miwake.data.preprocess import region
from miwake.explanation import methods
from miwake.explanation.judging import Box, areas, peak, points_into
from miwake.networks.imagenet import class_names
from miwake.prediction import Predictor

SAME: dict[str, tuple[str, ...]] = {
    "bicycle": ("mountain bike", "bicycle-built-for-two"),
    "car": (
        *("ambulance", "beach wagon", "cab", "convertible", "jeep"),
        *("limousine", "minivan", "Model T", "racer", "sports car"),
    ),
    "motorcycle": ("moped", "motor scooter"),
    "airplane": ("airliner", "warplane"),
    "bus": ("minibus", "school bus", "trolleybus"),
    "train": ("bullet train", "steam locomotive", "electric locomotive", "passenger car", "freight car"),
    "truck": ("fire engine", "garbage truck", "moving van", "pickup", "tow truck", "trailer truck"),
    "boat": ("canoe", "fireboat", "gondola", "lifeboat", "speedboat", "catamaran", "trimaran", "yawl"),
    "traffic light": ("traffic light",),
    "parking meter": ("parking meter",),
    "bench": ("park bench",),
    "cat": ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"),
    "horse": ("sorrel",),
    "sheep": ("ram", "bighorn"),
    "cow": ("ox",),
    "elephant": ("Indian elephant", "African elephant", "tusker"),
    "bear": ("brown bear", "American black bear", "ice bear", "sloth bear"),
    "zebra": ("zebra",),
    "backpack": ("backpack",),
    "handbag": ("purse",),
    "umbrella": ("umbrella",),
    "tie": ("Windsor tie", "bow tie", "bolo tie"),
    "skis": ("ski",),
    "sports ball": ("baseball", "basketball", "golf ball", "rugby ball", "soccer ball", "tennis ball", "volleyball"),
    "bottle": ("beer bottle", "pop bottle", "water bottle", "wine bottle", "whiskey jug"),
    "wine glass": ("goblet",),
    "cup": ("cup", "coffee mug"),
    "spoon": ("wooden spoon",),
    "bowl": ("mixing bowl", "soup bowl"),
    "banana": ("banana",),
    "orange": ("orange",),
    "apple": ("Granny Smith",),
    "broccoli": ("broccoli",),
    "hot dog": ("hotdog",),
    "pizza": ("pizza",),
    "chair": ("barber chair", "folding chair", "rocking chair"),
    "couch": ("studio couch",),
    "bed": ("four-poster",),
    "dining table": ("dining table",),
    "tv": ("television",),
    "laptop": ("laptop", "notebook"),
    "mouse": ("mouse",),
    "remote": ("remote control",),
    "keyboard": ("computer keyboard",),
    "cell phone": ("cellular telephone",),
    "microwave": ("microwave",),
    "toaster": ("toaster",),
    "refrigerator": ("refrigerator",),
    "sink": ("washbasin",),
    "clock": ("analog clock", "digital clock", "wall clock"),
    "vase": ("vase",),
    "teddy bear": ("teddy",),
}
RANGES: dict[str, tuple[range, ...]] = {
    "bird": (range(7, 25), range(80, 101), range(127, 147)),
    "dog": (range(151, 269),),
}
"""Kinds that ImageNet has so many of that its class numbers are given: cock to great grey owl, black grouse to black
swan, white stork to albatross; Chihuahua to Mexican hairless."""
SMALL = 0.25
"""Share of what the network sees that the boxes of a class cover together, below which pointing is difficult."""
BLIND = ("random", "centre")
COLUMNS = ("picture", "class", "method", "hit", "covered", "deletion", "insertion")
ROUNDS = 10_000


def kinds() -> dict[str, list[int]]:
    """Numbers of ImageNet's classes by COCO's name."""
    number = {name: place for place, name in enumerate(class_names())}
    found = {name: [number[kind] for kind in same] for name, same in SAME.items()}
    return found | {name: [place for part in parts for place in part] for name, parts in RANGES.items()}


def annotated(folder: Path) -> Iterator[tuple[Path, dict[str, list[Box]]]]:
    """Pictures in the order of the file, with the boxes of every class that is judged; crowds are boxes, too."""
    data = json.loads(next(folder.rglob("instances_train2017.json")).read_text(encoding="utf-8"))
    files = {file.name: file for file in folder.rglob("*.jpg")}
    names = {each["id"]: each["name"] for each in data["categories"]}
    boxes: dict[int, dict[str, list[Box]]] = defaultdict(lambda: defaultdict(list))
    for each in data["annotations"]:
        left, top, width, height = each["bbox"]
        boxes[each["image_id"]][names[each["category_id"]]].append((left, top, left + width, top + height))
    known = kinds()
    for each in data["images"]:
        judged = {name: found for name, found in boxes[each["id"]].items() if name in known}
        if judged and each["file_name"] in files:
            yield files[each["file_name"]], judged


def judge(folder: Path, out: Path) -> None:
    """Judge picture after picture."""
    machine.calm_allocator()
    predictor, known = Predictor.open("imagenet"), kinds()
    ways = [name for name in methods.names() if methods.fits(methods.find(name), predictor.model)]
    done = {row["picture"] for row in read(out)} if out.exists() else set()
    with out.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if not done:
            writer.writeheader()
        for path, boxes in annotated(folder):
            if path.name not in done:
                writer.writerows(rows(predictor, path, boxes, known, ways))
                file.flush()


def rows(
    predictor: Predictor, path: Path, boxes: dict[str, list[Box]], known: dict[str, list[int]], ways: list[str]
) -> Iterator[dict[str, object]]:
    """What every map of a picture leads to."""
    stored = predictor.load(path)
    assert isinstance(stored, np.ndarray)
    picture = predictor.inputs(torch.from_numpy(stored)[None].permute(0, 3, 1, 2))
    size = predictor.header.preprocessing.size
    with Image.open(path) as image:
        width, height = image.size
    seen = {name: inside for name, found in boxes.items() if (inside := _inside(found, (height, width), predictor))}
    if not seen:
        return
    with torch.no_grad():
        logits = predictor.model(picture)[0]
    targets = [known[name][int(logits[known[name]].argmax())] for name in seen]
    batch, wanted = picture.repeat(len(seen), 1, 1, 1), torch.tensor(targets, device=picture.device)
    found = {way: methods.find(way).maps(predictor.model, batch, wanted, predictor.task.scores).numpy() for way in ways}
    found |= {way: np.repeat(blind(way, size, path.name)[None], len(seen), axis=0) for way in BLIND}
    for place, (name, inside) in enumerate(seen.items()):
        cover = covered(inside, size)
        # how sure it is can be followed only where it is sure at first
        right = int(logits.argmax()) == targets[place]
        for way, maps in found.items():
            deletion, insertion = "", ""
            if right:
                pair = areas(predictor.model, picture, wanted[place : place + 1], maps[place], probability)
                deletion, insertion = (f"{value:.5f}" for value in pair)
            # of random points the share that hits is known
            hit = cover if way == "random" else float(points_into(peak(maps[place]), inside))
            yield dict(zip(COLUMNS, (path.name, name, way, hit, cover, deletion, insertion), strict=True))


def probability(outputs: Tensor, targets: Tensor) -> Tensor:
    """What the network says of the target."""
    return outputs.softmax(1).gather(1, targets[:, None])[:, 0]


def blind(way: str, size: tuple[int, int], seed: str) -> NDArray[np.float32]:
    """A map that has not seen the picture."""
    height, width = size
    if way == "centre":
        y, x = np.mgrid[:height, :width] + 0.5
        return np.asarray(-np.hypot(y - height / 2, x - width / 2), np.float32)
    generator = torch.Generator().manual_seed(int.from_bytes(seed.encode()[-8:], "big") % 2**63)
    patches = torch.rand(1, 1, 7, 7, generator=generator)
    return functional.interpolate(patches, size, mode="bilinear", align_corners=False)[0, 0].numpy()


def _inside(boxes: list[Box], size: tuple[int, int], predictor: Predictor) -> list[Box]:
    """Boxes in pixels of what the network sees; those that it does not see are left out."""
    top, left, bottom, right = region(size, predictor.header.preprocessing)
    height, width = predictor.header.preprocessing.size
    found = []
    for box in boxes:
        x = [(value / size[1] - left) / (right - left) * width for value in box[::2]]
        y = [(value / size[0] - top) / (bottom - top) * height for value in box[1::2]]
        x, y = [min(max(value, 0.0), width) for value in x], [min(max(value, 0.0), height) for value in y]
        if x[1] - x[0] > 1 and y[1] - y[0] > 1:
            found.append((x[0], y[0], x[1], y[1]))
    return found


def covered(boxes: list[Box], size: tuple[int, int]) -> float:
    """Share of what the network sees that lies in a box."""
    inside = np.zeros(size, bool)
    for left, top, right, bottom in boxes:
        inside[round(top) : round(bottom), round(left) : round(right)] = True
    return float(inside.mean())


def read(out: Path) -> list[dict[str, str]]:
    """Rows of the results."""
    with out.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def interval(values: list[float], pictures: list[str]) -> str:
    """Mean with the 95% interval of a bootstrap over the pictures."""
    order = {name: place for place, name in enumerate(dict.fromkeys(pictures))}
    sums, counts = np.zeros(len(order)), np.zeros(len(order))
    for name, value in zip(pictures, values, strict=True):
        sums[order[name]] += value
        counts[order[name]] += 1
    drawn = np.random.default_rng(0).integers(0, len(order), (ROUNDS, len(order)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"


def table(out: Path) -> None:
    """Print the figures of all maps."""
    found = read(out)
    pictures, cases = {row["picture"] for row in found}, {(row["picture"], row["class"]) for row in found}
    print(f"{len(cases)} classes in {len(pictures)} pictures")
    for way in dict.fromkeys(row["method"] for row in found):
        mine = [row for row in found if row["method"] == way]
        small = [row for row in mine if float(row["covered"]) < SMALL]
        sure = [row for row in mine if row["deletion"]]
        parts = [
            f"{title} {interval([float(row[key]) for row in part], [row['picture'] for row in part])} (n = {len(part)})"
            for title, key, part in (
                ("pointing", "hit", mine),
                ("difficult", "hit", small),
                ("answered", "hit", sure),
                ("deletion", "deletion", sure),
                ("insertion", "insertion", sure),
            )
            if part
        ]
        print(f"{way:<25}", "; ".join(parts))


if __name__ == "__main__":
    if sys.argv[1] == "--table":
        table(Path(sys.argv[2]))
    else:
        judge(Path(sys.argv[1]), Path(sys.argv[2]))
