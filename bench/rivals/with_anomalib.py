"""anomalib's PatchCore and PaDiM, through its own Engine and Folder, without logger, bar, visualiser and checkpoints.

Its EfficientAd is not here: its teacher's weights and ImageNette come from GitHub and a bucket, not with a package.
"""

from __future__ import annotations

import logging
import time
import warnings
from pathlib import Path

import say
import torch
from anomalib.data import Folder
from anomalib.engine import Engine
from anomalib.models import Padim, Patchcore
from anomalib.models.components import AnomalibModule
from anomalib.pre_processing import PreProcessor
from lightning.pytorch import Callback
from torchvision.transforms import v2

LAYERS = {"patchcore": ("blocks.2", "blocks.4"), "padim": ("blocks.1", "blocks.2", "blocks.4")}


def filled(detector: AnomalibModule, asked: say.Asked) -> AnomalibModule:
    """With the weights that every way starts with; what comes after the last stage that it takes is left away."""
    network = detector.model.feature_extractor.feature_extractor
    missing, _ = network.load_state_dict(torch.load(asked["weights"], weights_only=True), strict=False)
    assert not missing, missing
    return detector


def detector(asked: say.Asked) -> AnomalibModule:
    """A method over that network, at the size asked for."""
    size = (asked["side"], asked["side"])
    seen = PreProcessor(transform=v2.Compose([v2.Resize(size, antialias=True), v2.Normalize([0.5] * 3, [0.5] * 3)]))
    common = {
        "backbone": "tf_efficientnet_lite0",
        "pre_trained": False,
        "layers": LAYERS[asked["method"]],
        "pre_processor": seen,
        "post_processor": False,
        "evaluator": False,
        "visualizer": False,
    }
    if asked["method"] == "padim":
        return filled(Padim(n_features=100, **common), asked)
    return filled(Patchcore(coreset_sampling_ratio=asked["bank"], **common), asked)


def judge(asked: say.Asked) -> say.Asked:
    """Fit on good pictures, then score those of the test folder."""
    warnings.filterwarnings("ignore")
    for name in ("lightning.pytorch", "anomalib", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    torch.manual_seed(asked["seed"])
    folder = Path(asked["folder"])
    data = Folder(
        name="parts",
        root=folder,
        normal_dir="train/good",
        normal_test_dir="test/good",
        abnormal_dir=[f"test/{kind}" for kind in asked["kinds"]],
        train_batch_size=16,
        eval_batch_size=16,
        num_workers=asked["workers"],
        val_split_mode="none",
    )
    engine = Engine(
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=asked["scratch"],
        callbacks=list[Callback](),
    )
    model = detector(asked)
    data.setup()
    start = time.monotonic()
    engine.fit(model=model, train_dataloaders=data.train_dataloader())  # nothing is to be validated
    fitted = time.monotonic()
    batches = engine.predict(model=model, dataloaders=data.test_dataloader())
    ended = time.monotonic()
    scores = {
        str(Path(path).relative_to(folder)): float(score)
        for batch in batches
        for path, score in zip(batch.image_path, batch.pred_score.flatten(), strict=True)
    }
    return {
        "scores": scores,
        "fit": fitted - start,
        "predict": ended - fitted,
        "memory": say.peak(),
    }


if __name__ == "__main__":
    say.main(judge=judge)
