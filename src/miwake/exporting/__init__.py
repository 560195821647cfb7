"""Leaving for anywhere: a run as one ONNX file, with everything inside, that was held against `predict`."""
