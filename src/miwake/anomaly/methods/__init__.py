"""One way to tell what is odd from what is good a file; see `miwake.anomaly.method`."""
