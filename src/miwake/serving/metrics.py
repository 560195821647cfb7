"""What a server counts, in the form that Prometheus reads."""

from __future__ import annotations

from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 1.0, 2.5, 5.0, 10.0)


class Watched(Protocol):
    """A pool of workers, as its gauges see it."""

    @property
    def ready(self) -> int:
        """Workers that can answer."""

    @property
    def waiting(self) -> int:
        """Pictures that no worker has yet."""

    @property
    def under_way(self) -> int:
        """Pictures that workers have."""


class Metrics:
    """Counters of one server; each server has its own, so that several can live in a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        kept: dict[str, Any] = {"registry": self.registry, "namespace": "miwake"}
        self.requests = Counter("requests", "Answered requests.", ("path", "status"), **kept)
        self.seconds = Histogram(
            "request_seconds", "From a request's headers to its answer's end.", ("path",), buckets=_SECONDS, **kept
        )
        self.pictures = Counter("pictures", "Pictures by what became of them.", ("outcome",), **kept)
        self.answers = Counter("answers", "Answers by label; an empty one is 'I don't know'.", ("label",), **kept)
        self.batch = Histogram("batch_pictures", "Pictures computed together.", buckets=(1, 2, 4, 8, 16, 32), **kept)
        self.deaths = Counter("worker_deaths", "Workers that died and were replaced.", ("kind",), **kept)
        self.kept = Counter("kept_pictures", "Wrongly answered pictures that were kept.", **kept)
        self.workers = Gauge("workers", "Workers that can answer.", ("kind",), **kept)
        self.waiting = Gauge("waiting_pictures", "Pictures that no worker has yet.", ("kind",), **kept)
        self.under_way = Gauge("computing_pictures", "Pictures that workers have.", ("kind",), **kept)

    def watch(self, kind: str, pool: Watched) -> None:
        """Let the gauges show a pool."""
        self.deaths.labels(kind)
        self.workers.labels(kind).set_function(lambda: pool.ready)
        self.waiting.labels(kind).set_function(lambda: pool.waiting)
        self.under_way.labels(kind).set_function(lambda: pool.under_way)

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self.registry)
