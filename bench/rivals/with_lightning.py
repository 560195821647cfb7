"""Lightning's Trainer around timm's network and torchvision's data, without logger, bar and checkpoints: its quickest.

The recipe is that of `with_torch.py`.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import lightning.pytorch as lightning
import say
import torchway as way
from torch import Tensor, nn
from torch.nn import functional


class Module(lightning.LightningModule):  # type: ignore[misc]
    """Cross-entropy under one cycle; marks the accuracy after each epoch."""

    def __init__(self, model: nn.Module, asked: say.Asked, steps: int, curve: say.Curve) -> None:
        super().__init__()
        self.model, self.asked, self.steps, self.curve = model, asked, steps, curve
        self.right = self.seen = 0

    def training_step(self, batch: list[Tensor]) -> Tensor:
        """The loss of a batch."""
        smoothing = self.asked["smoothing"]
        return functional.cross_entropy(self.model(way.last(batch[0])), batch[1], label_smoothing=smoothing)

    def validation_step(self, batch: list[Tensor]) -> None:
        """Counts right answers."""
        self.right += int((self.model(way.last(batch[0])).argmax(1) == batch[1]).sum())
        self.seen += len(batch[1])

    def on_validation_epoch_end(self) -> None:
        """One point of the curve."""
        self.curve.mark(self.right / self.seen)
        self.right = self.seen = 0

    def configure_optimizers(self) -> Any:
        """AdamW, its rate moved after every step."""
        adam, cycle = way.optimizer(self.model, self.asked, self.steps)
        return {"optimizer": adam, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}


def fit(model: nn.Module, loaders: dict[str, way.Batches], asked: say.Asked) -> say.Asked:
    """Trainer.fit, then the test pictures."""
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    curve = say.Curve(asked)
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=asked["epochs"],
        precision="bf16-mixed" if asked["bf16"] else "32-true",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    module = Module(model, asked, asked["epochs"] * len(loaders["train"]), curve)
    trainer.fit(module, loaders["train"], loaders["val"])
    return {"curve": curve.points, "test": way.accuracy(model, loaders["test"])}


def transfer(asked: say.Asked) -> say.Asked:
    """A folder of photographs from ImageNet's weights."""
    loaders = way.folders(asked)
    classes = len(loaders["train"].dataset.classes)  # type: ignore[attr-defined]
    return fit(way.network(asked, classes), loaders, asked)


def mnist(asked: say.Asked) -> say.Asked:
    """MNIST with the network that Miwake takes."""
    return fit(way.small(asked), way.digits(asked), asked)


if __name__ == "__main__":
    say.main(transfer=transfer, mnist=mnist)
