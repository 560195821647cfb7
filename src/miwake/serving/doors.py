"""Who may come in: by token, by the name under which the server was called, and from which page."""

from __future__ import annotations

import hmac
import ipaddress
import os
import socket
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

from miwake.errors import UsageError
from miwake.serving.config import ServeOptions
from miwake.serving.refusals import Refusal

OPEN = frozenset(("/", "/page.css", "/page.js", "/health/live", "/health/ready", "/openapi.json"))
"""What shows nothing but itself, and needs no token."""
_SHORTEST = 16
_HERE = frozenset(("localhost", "127.0.0.1", "::1"))


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Who may ask."""

    token: bytes | None
    names: frozenset[str] | None
    """Names under which the server may be called; None where a token, or `--insecure`, makes all the same."""

    def check(self, method: str, path: str, headers: dict[bytes, bytes]) -> None:
        """Refuse strangers.

        Raises:
            Refusal: the wrong token, name or page.
        """
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self.names is not None and _name(host) not in self.names:
            # a stranger's page may lead its own name to this computer (DNS rebinding)
            raise Refusal(421, "The server is not called that.", todo="name it with --hosts.")
        if method not in ("GET", "HEAD"):
            _same_page(host, headers)
        if self.token is not None and path not in OPEN:
            given = headers.get(b"authorization", b"")
            if not hmac.compare_digest(given, b"Bearer " + self.token):
                raise Refusal(
                    401,
                    "The token is missing or wrong.",
                    expected="Authorization: Bearer TOKEN",
                    headers={"www-authenticate": "Bearer"},
                )


def _same_page(host: str, headers: dict[bytes, bytes]) -> None:
    """Refuse what another site's page sends through somebody's browser.

    Raises:
        Refusal: it comes from another page.
    """
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    strange = bool(origin) and origin.partition("://")[2] != host
    if strange or headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin"):
        raise Refusal(403, "The request comes from another site's page.", expected="the server's own page, or none")


def _name(host: str) -> str:
    """Without the port, and IPv6 without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def open_doors(options: ServeOptions) -> Doors:
    """Who may ask, from what was asked for.

    Raises:
        UsageError: the server would be open to strangers, or a file does not hold what it must.
    """
    token = None if options.token_file is None else _token(Path(options.token_file))
    if token is None and not options.insecure and not _is_local(options.host):
        raise UsageError(
            f"--host {options.host} can be reached from other computers, and anybody could ask.",
            expected="an address of this computer alone, such as 127.0.0.1, or a token",
            todo="(umask 077; python -c 'import secrets; print(secrets.token_urlsafe())' > token.txt) makes one for\n"
            "--token-file token.txt. Or say --insecure.",
        )
    everywhere = token is not None or (options.insecure and not _is_local(options.host))
    names = frozenset(name.lower() for name in (*_HERE, options.host, *options.hosts))
    return Doors(token=token, names=None if everywhere else names)


def _is_local(host: str) -> bool:
    """Whether only this computer reaches an address."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host or "0.0.0.0", None)}
        return bool(host) and all(ipaddress.ip_address(str(address)).is_loopback for address in found)
    except (OSError, UnicodeError, ValueError):
        raise UsageError(
            f"--host {host} is no address of this computer.", expected="such as 127.0.0.1, 0.0.0.0 or ::1"
        ) from None


def _token(path: Path) -> bytes:
    try:
        text = path.read_text(encoding="ascii").strip()
        readable = bool(path.stat().st_mode & stat.S_IROTH)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"The token cannot be read from {path}: {getattr(error, 'strerror', None) or 'it is no plain text'}."
        ) from None
    if len(text) < _SHORTEST or len(text.split()) != 1:
        raise UsageError(
            f"{path} holds no token.",
            expected=f"one word of {_SHORTEST} characters or more, which nobody guesses",
            todo=f"python -c 'import secrets; print(secrets.token_urlsafe())' > {path}",
        )
    if readable and os.name == "posix":
        raise UsageError(f"Everybody on this computer can read {path}.", todo=f"chmod 600 {path}")
    return text.encode("ascii")


def check_tls(options: ServeOptions) -> None:
    """Refuse files that no server can use.

    Raises:
        UsageError: one is missing, or they do not belong together.
    """
    certificate, key = options.tls_certificate, options.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise UsageError("HTTPS needs both files.", expected="--tls-certificate FILE --tls-key FILE")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        raise UsageError(
            f"{certificate} and {key} do not make HTTPS: {reason}.",
            expected="a certificate and its private key, PEM, without a password",
        ) from None
