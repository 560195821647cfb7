"""A trained model behind a page and an interface: one process that talks, and others that decode and compute."""
