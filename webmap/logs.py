"""One JSON line for each request and each fault, on standard error, joined by a request id.

No line holds a person's name, an address of the network, a query string or a form.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import TextIO
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.tracebacks import ExceptionDictTransformer

REQUEST_ID = "X-Request-ID"
LOGGER = "webmap"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def configure_logging(stream: TextIO | None = None) -> None:
    """Send our lines, and the libraries' warnings, to ``stream`` (standard error) as JSON."""
    lines: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        # Without the values of local variables: a password is one.
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=lines,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(logging.INFO)


def request_id() -> str:
    """This request's id: the asker's own ``X-Request-ID`` where it is well formed, else a new one."""
    if "request_id" not in g:
        asked = request.headers.get(REQUEST_ID, "")
        g.request_id = asked if _WELL_FORMED.fullmatch(asked) else uuid4().hex
    return str(g.request_id)


def log_fault(problem: BaseException) -> None:
    """Write down a fault of ours with its trace, under the request's id."""
    line = {"request_id": request_id(), "method": request.method, "path": request.path}
    logging.getLogger(LOGGER).error("fault", exc_info=problem, extra=line)


def _begin() -> None:
    g.began = time.perf_counter()


def _finish(response: Response) -> Response:
    response.headers[REQUEST_ID] = request_id()
    began: float = g.get("began", time.perf_counter())
    account = g.get("account")
    line: dict[str, object] = {
        "request_id": request_id(),
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "account": account.id if account is not None else None,
    }

    def write() -> None:
        line["ms"] = round((time.perf_counter() - began) * 1000, 1)
        logging.getLogger(LOGGER).info("request", extra=line)

    # Written when the answer is sent or broken off, so that a streamed one counts its whole time.
    response.call_on_close(write)
    return response


def init_app(app: Flask) -> None:
    """Log the application's requests and name each."""
    app.before_request(_begin)
    app.after_request(_finish)
