"""fastai: `vision_learner` and `fine_tune` for photographs, `Learner` and `fit_one_cycle` for MNIST.

Channels-last and workers that stay are switched on, which its documents recommend for speed; bars are off.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import say
import torch
import torchway as way
from fastai.callback.channelslast import ChannelsLast
from fastai.vision.all import (
    Callback,
    CrossEntropyLossFlat,
    DataLoaders,
    ImageDataLoaders,
    LabelSmoothingCrossEntropy,
    Learner,
    Normalize,
    Resize,
    ResizeMethod,
    accuracy,
    aug_transforms,
    get_image_files,
    vision_learner,
)


class Watch(Callback):  # type: ignore[misc]
    """Marks the accuracy after each epoch; after fastai's own recorder (order 50)."""

    order = 90

    def __init__(self, curve: say.Curve) -> None:
        self.curve = curve

    def after_epoch(self) -> None:
        """Accuracy is the last column."""
        self.curve.mark(float(self.recorder.values[-1][-1]))


def transfer(asked: say.Asked) -> say.Asked:
    """A folder of photographs from ImageNet's weights: one epoch of the head, then all of it."""
    warnings.filterwarnings("ignore")
    torch.manual_seed(asked["seed"])
    curve, size = say.Curve(asked), asked["size"]
    photographs = ImageDataLoaders.from_folder(
        Path(asked["folder"]),
        train="train",
        valid="val",
        item_tfms=Resize(size, method=ResizeMethod.Squish),
        batch_tfms=[*aug_transforms(do_flip=False, size=size), Normalize.from_stats([0.5] * 3, [0.5] * 3)],
        bs=asked["batch"],
        num_workers=asked["cores"],
        persistent_workers=True,
    )
    learner = vision_learner(
        photographs,
        "tf_efficientnet_lite0",
        pretrained=False,
        loss_func=LabelSmoothingCrossEntropy(),
        metrics=accuracy,
        path=Path(asked["scratch"]),
        cbs=[Watch(curve), ChannelsLast()],
    )
    weights = torch.load(asked["weights"], weights_only=True)
    missing, _ = learner.model[0].model.load_state_dict(weights, strict=False)
    assert not missing, missing
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(asked["epochs"])
        test = photographs.test_dl(get_image_files(Path(asked["folder"]) / "test"), with_labels=True)
        found = learner.validate(dl=test)
    return {"curve": curve.points, "test": float(found[1])}


def mnist(asked: say.Asked) -> say.Asked:
    """MNIST with the network that Miwake takes."""
    warnings.filterwarnings("ignore")
    curve, loaders = say.Curve(asked), way.digits(asked)
    learner = Learner(
        DataLoaders(loaders["train"], loaders["val"]),
        way.small(asked),
        loss_func=CrossEntropyLossFlat(),
        metrics=accuracy,
        path=Path(asked["scratch"]),
        cbs=[Watch(curve), ChannelsLast()],
    )
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(asked["epochs"], asked["rate"], wd=asked["decay"])
    return {"curve": curve.points, "test": way.accuracy(learner.model, loaders["test"])}


if __name__ == "__main__":
    say.main(transfer=transfer, mnist=mnist)
