"""Watches a folder or a camera: answers each new picture, acts on some answers, and notices when pictures change."""
