"""Keras 3: `fit` over arrays in memory, its quickest way, with Miwake's small network layer by layer.

The backend is PyTorch: of the three it takes the least processor time for this network on a CPU.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import say
from keras import layers
from PIL import Image


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Marks the accuracy after each epoch."""

    def __init__(self, curve: say.Curve) -> None:
        super().__init__()
        self.curve = curve

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """One point of the curve."""
        self.curve.mark(float((logs or {})["val_accuracy"]))


def convolution(x: Any, width: int, *, kernel: int = 3, stride: int = 1, pool: bool = False) -> Any:
    """Convolution, pooling, normalisation, SiLU."""
    x = layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False)(x)
    if pool:
        x = layers.MaxPooling2D(2, padding="same")(x)
    return layers.Activation("silu")(layers.BatchNormalization(momentum=0.9)(x))


def network(side: int, channels: int) -> Any:
    """Pairs of convolutions for 28 px; a strided one and residual blocks for 64 px."""
    given = layers.Input((side, side, channels))
    x = layers.Rescaling(1 / 63.75, offset=-2.0)(given)
    if side <= 40:
        for width in (16, 48, 96):
            x = convolution(convolution(x, width), width, pool=width < 96)
    else:
        x = convolution(x, 24, kernel=5, stride=2)
        for width in (48, 96, 192):
            x = convolution(x, width, pool=True)
            x = layers.add([x, convolution(convolution(x, width), width)])
    return keras.Model(given, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def fit(model: Any, data: dict[str, Any], asked: say.Asked) -> say.Asked:
    """AdamW under a cosine with a warm-up."""
    curve = say.Curve(asked)
    steps = asked["epochs"] * (len(data["train_x"]) // asked["batch"])
    warm = max(1, steps // 5)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warm), warmup_target=asked["rate"], warmup_steps=warm
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=asked["decay"]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(
        data["train_x"],
        data["train_y"],
        batch_size=asked["batch"],
        epochs=asked["epochs"],
        validation_data=(data["val_x"], data["val_y"]),
        validation_batch_size=512,
        verbose=0,
        callbacks=[Watch(curve)],
    )
    test = model.evaluate(data["test_x"], data["test_y"], batch_size=512, verbose=0)[1]
    return {"curve": curve.points, "test": float(test), "backend": keras.backend.backend()}


def mnist(asked: say.Asked) -> say.Asked:
    """MNIST with the network that Miwake takes."""
    keras.utils.set_random_seed(asked["seed"])
    file = np.load(asked["digits"])
    data = {key: file[key][..., None].astype("float32") if key.endswith("_x") else file[key] for key in file.files}
    return fit(network(28, 1), data, asked)


def example(asked: say.Asked) -> say.Asked:
    """MNIST with the network and the optimizer of Keras's own example, simple_mnist_convnet."""
    keras.utils.set_random_seed(asked["seed"])
    file = np.load(asked["digits"])
    data = {key: file[key][..., None].astype("float32") if key.endswith("_x") else file[key] for key in file.files}
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10),
        ]
    )
    return fit(model, data, {**asked, "rate": 1e-3, "decay": 0.0})


def scratch(asked: say.Asked) -> say.Asked:
    """A folder of photographs, from nothing: decoded once, then shifted and turned a little anew in each epoch."""
    keras.utils.set_random_seed(asked["seed"])
    side, data = asked["size"], {}
    names = sorted(path.name for path in (Path(asked["folder"]) / "train").iterdir())
    for split in ("train", "val", "test"):
        files = [(file, names.index(file.parent.name)) for file in (Path(asked["folder"]) / split).glob("*/*")]
        pictures = [np.asarray(Image.open(file).convert("RGB").resize((side, side)), "float32") for file, _ in files]
        data[f"{split}_x"] = np.stack(pictures)
        data[f"{split}_y"] = np.array([label for _, label in files])
    model = network(side, 3)
    changed = keras.Sequential(
        [layers.Input((side, side, 3)), layers.RandomTranslation(0.1, 0.1), layers.RandomRotation(0.03), model]
    )
    return fit(changed, data, asked)


if __name__ == "__main__":
    say.main(mnist=mnist, example=example, scratch=scratch)
