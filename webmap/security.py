"""What a browser is allowed to do with our pages: nothing comes from anywhere else, nothing inline runs unasked."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

from webmap.site import site


def csp_nonce() -> str:
    """This answer's nonce: an inline ``<script>`` or ``<style>`` without it does not run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def tile_origin(tile_url: str | None) -> str:
    """Whom a configured background map comes from, as a source of the policy; empty without one.

    ``https://{s}.tiles.example/{z}/{x}/{y}.png`` gives ``https://*.tiles.example``.
    """
    if not tile_url:
        return ""
    address = urlsplit(tile_url.replace("{s}", "*"))
    return f"{address.scheme}://{address.netloc}" if address.netloc else ""


def content_security_policy(nonce: str, tile_url: str | None) -> str:
    """The policy's text for one answer."""
    images = " ".join(filter(None, ("'self'", "data:", tile_origin(tile_url))))
    own = f"'self' 'nonce-{nonce}'"
    return (
        f"default-src 'self'; script-src {own}; style-src {own}; img-src {images}; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = content_security_policy(csp_nonce(), site().settings.tile_url)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if "Cache-Control" not in headers:
        # A page shows what its reader may see: no shared cache keeps it, and after signing out neither does `Back`.
        headers["Cache-Control"] = "no-store" if g.get("account") is not None else "private, no-cache"
    return response


def init_app(app: Flask) -> None:
    """Put the policy on every answer of the application."""
    app.after_request(_add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
