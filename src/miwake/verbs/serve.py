"""Put a model behind a page for people and an interface for programs."""

from __future__ import annotations

import os
import signal
from os import PathLike
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from miwake.errors import MissingExtra, UsageError
from miwake.look.text import Language
from miwake.serving.config import ServeOptions

if TYPE_CHECKING:
    from miwake.serving.server import Server


def serve(
    run: Annotated[str | PathLike[str], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    serving: ServeOptions = ServeOptions(),
    device: str = "auto",
    lang: Language | None = None,
) -> Server:
    """Put a model behind a page for people and an interface for programs.

    Args:
        run: A run folder, its name under runs/, a model file, `latest`, or `imagenet`, which comes with the install.
        serving: Where it listens, who may ask, how much at once, and what is kept.
        device: cpu, cuda, cuda:1, …
        lang: Language of the page: en or ja; left away, the browser says it.

    Returns:
        The server, which answers until `stop()`; with `with` it ends at the end of the block. It has a `url`.

    Raises:
        MiwakeError: no such run, an address that is taken or open to strangers, a file that is not what it must be.
        MissingExtra: the packages of the extra `serve` are not installed.
    """
    from miwake.look.language import spoken
    from miwake.run import find_model, read_header

    if os.name != "posix":
        raise UsageError("serve needs Linux or macOS.", todo="on Windows, use it in WSL or a container.")
    if lang is not None:
        spoken(lang)
    model = find_model(os.fspath(run))
    if model is not None:
        read_header(model)
    try:
        from miwake.serving.server import Server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("miwake"):
            raise
        raise MissingExtra("serve", "serve") from None
    # what `latest` is now, is served until the end
    name = "imagenet" if model is None else str(model.absolute())
    return Server(name, serving, device, lang).start()


def show(server: Server) -> int:
    """Say where it answers, and wait for Ctrl-C or SIGTERM."""
    from miwake.look.language import spoken
    from miwake.look.terminal import say
    from miwake.look.words import words
    from miwake.serving.server import is_loopback

    signals: list[int] = []

    def end(number: int, frame: Any) -> None:
        signals.append(number)
        server.stop(now=len(signals) > 1)  # who asks twice is in a hurry

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        language, options = spoken(server.lang), server.options
        say(words("serve.at", language, run=server.facts["run"], url=server.url))
        if options.token_file is not None:
            say(words("serve.token", language, file=options.token_file))
        if not is_loopback(options.host) and options.tls_certificate is None:
            say(words("serve.clear", language))
        if options.keep is not None:
            say(words("serve.keeps", language, folder=options.keep))
        server.wait()
        say(words("serve.ended", language))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0
