"""The one training loop. It knows devices, precision, time and checkpoints; it knows no task."""
