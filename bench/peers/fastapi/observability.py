"""What the FastAPI peer tells its operators of each request: one line of JSON, and a histogram."""

import logging
import sys
import time
import uuid

import orjson
from prometheus_client import Histogram

DURATIONS = Histogram(
    "http_request_duration_seconds",
    "Time from a request's arrival to its answer",
    ["method", "route", "status"],
    buckets=[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)

logger = logging.getLogger("access")


def configure_log() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


class Observe:
    """Pure ASGI, as Starlette advises where speed matters."""

    def __init__(self, app) -> None:
        self._app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id") or str(uuid.uuid4()).encode()
        status = 500

        async def send_with_id(message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id))
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            duration = time.perf_counter() - started_at
            route = scope.get("route")
            template = route.path if route is not None else "unmatched"
            DURATIONS.labels(scope["method"], template, status).observe(duration)
            caller = scope.get("caller")
            line = {
                "time": time.time(),
                "level": "info",
                "method": scope["method"],
                "route": template,
                "status": status,
                "duration_ms": round(duration * 1_000, 2),
                "request_id": request_id.decode(),
                "sub": caller.subject if caller is not None else None,
            }
            logger.info(orjson.dumps(line).decode())
