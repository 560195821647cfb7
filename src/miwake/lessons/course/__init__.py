"""One lesson a file; see `miwake.lessons.catalogue` for what a file has."""
