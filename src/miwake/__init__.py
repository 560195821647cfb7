"""Miwake (見分け): from a folder of pictures to a model that you can trust, understand and use anywhere."""

__version__ = "0.1.0"
