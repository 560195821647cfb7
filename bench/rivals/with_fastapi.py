"""Plain FastAPI as tutorials show it: a function a request, Pillow, timm's preprocessing, eager PyTorch."""

from __future__ import annotations

import io
from typing import Any

import say
import timm
import torch
import uvicorn
from fastapi import FastAPI, UploadFile
from PIL import Image
from timm.data import create_transform, resolve_data_config


def serve(asked: say.Asked) -> say.Asked:
    """Answer at a port until it is ended."""
    torch.set_num_threads(1)
    model = timm.create_model(asked["network"]).eval()
    transform: Any = create_transform(**resolve_data_config({}, model=model))
    app = FastAPI()

    @torch.inference_mode()
    def answer(data: bytes) -> dict[str, Any]:
        inputs = transform(Image.open(io.BytesIO(data)).convert("RGB"))
        value, place = model(inputs[None]).softmax(1)[0].max(0)
        return {"label": int(place), "probability": float(value)}

    @app.post("/predict")
    def predict(picture: UploadFile) -> dict[str, Any]:
        return answer(picture.file.read())

    uvicorn.run(app, host="127.0.0.1", port=asked["port"], log_level="error")
    return {}


if __name__ == "__main__":
    say.main(serve=serve)
