"""Semantic segmentation: losses, border weights, tiles, regions and drawing."""
