"""What can be asked of a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """Where it listens, who may ask, how much at once, and what is kept."""

    host: str = "127.0.0.1"
    """Address to listen on. Others than this computer's own need --token-file, or --insecure."""
    port: int = 8000
    """0 takes a free one."""
    hosts: tuple[str, ...] = ()
    """Further names under which the server is called, as a browser's address line shows them."""
    token_file: str | None = None
    """File with a secret of 16 characters or more; who asks must send it: Authorization: Bearer SECRET."""
    tls_certificate: str | None = None
    """PEM file with the certificate chain; the server then speaks HTTPS."""
    tls_key: str | None = None
    """PEM file with the certificate's private key."""
    insecure: bool = False
    """Listen beyond this computer without a token: whoever reaches it may ask, and fill the folder of --keep."""
    no_page: bool = False
    """Only the interface for programs."""
    keep: str | None = None
    """Folder for pictures that were answered wrongly, sorted by the right answer that a person gave."""
    keep_limit: int = 1_000_000_000
    """Bytes that the folder of --keep holds at most."""
    workers: int | None = None
    """Processes that decode and compute; left away, one a core, up to four, or two for a GPU."""
    batch: int = 16
    """Pictures that are computed together at most."""
    latency: int = 200
    """Milliseconds that a picture waits at most, as it is foreseen; what would wait longer is refused with 503."""
    queue: int = 256
    """Pictures that wait at most, however quick the network is."""
    max_pictures: int = 32
    """Pictures a request."""
    max_bytes: int = 20_000_000
    """Bytes a request."""
    max_pixels: int = 50_000_000
    """Larger pictures are refused before they are decoded."""
    max_frames: int = 1000
    """Pictures with more frames or pages, or JPEGs with more scans, are refused before they are decoded."""
    timeout: int = 20
    """Seconds that a request's bytes may take to arrive, and that decoding and computing may take."""
