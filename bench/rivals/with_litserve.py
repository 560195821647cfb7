"""LitServe as its documentation shows it for pictures: Pillow, timm's preprocessing, eager PyTorch, batches of 16."""

from __future__ import annotations

import io
from typing import Any

import litserve
import say
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_data_config


class Api(litserve.LitAPI):
    """Which of a thousand classes."""

    network: str
    """Name at timm."""

    def setup(self, device: str) -> None:
        """Once a worker."""
        torch.set_num_threads(1)
        self.model = timm.create_model(self.network).eval().to(device)
        self.transform: Any = create_transform(**resolve_data_config({}, model=self.model))

    def decode_request(self, request):  # type: ignore[no-untyped-def]  # without a type a form is given
        """From a form's file to what the network sees."""
        return self.transform(Image.open(io.BytesIO(request["picture"].file.read())).convert("RGB"))

    def batch(self, inputs: list[torch.Tensor]) -> torch.Tensor:
        """Together."""
        return torch.stack(inputs)

    @torch.inference_mode()
    def predict(self, batch: torch.Tensor) -> torch.Tensor:
        """Probabilities."""
        single = batch.ndim == 3
        shares: torch.Tensor = self.model(batch[None] if single else batch).softmax(1)
        return shares[0] if single else shares

    def unbatch(self, output: torch.Tensor) -> Any:
        """One by one."""
        return list(output)

    def encode_response(self, output: torch.Tensor) -> dict[str, Any]:
        """The most probable class."""
        value, place = output.max(0)
        return {"label": int(place), "probability": float(value)}


def serve(asked: say.Asked) -> say.Asked:
    """Answer at a port until it is ended."""
    api = Api(max_batch_size=16, batch_timeout=0.005)
    api.network = asked["network"]
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=asked["port"], generate_client_file=False, log_level="error")
    return {}


if __name__ == "__main__":
    say.main(serve=serve)
