"""The FastAPI peer: what a good engineer writes by hand in Python with FastAPI on uvicorn and uvloop, pydantic,
PyJWT, prometheus-client and cassandra-driver, with the features that the gateway has on these routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

import orjson
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, FiniteFloat, ValidationError

from auth import Caller, TokenVerifier, requires
from observability import Observe, configure_log
from queries import Queries

NDJSON = "application/x-ndjson"
IMPORTS_AT_ONCE = 256


class NewObservation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    observed_at: datetime
    temperature: FiniteFloat
    pressure: FiniteFloat
    wind: FiniteFloat


@asynccontextmanager
async def lifespan(app: FastAPI):
    configure_log()
    app.state.queries = Queries()
    app.state.verifier = TokenVerifier()
    yield
    app.state.queries.close()


app = FastAPI(lifespan=lifespan)
app.add_middleware(Observe)

StationId = Annotated[str, Path(min_length=1, max_length=200)]
Month = Annotated[str, Path(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


def encode(value: object) -> bytes:
    # The driver's times are in UTC and naive.
    return orjson.dumps(value, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)


def json_response(value: object) -> Response:
    return Response(encode(value), media_type="application/json")


@app.get("/readyz")
async def ready() -> dict:
    return {"status": "ready"}


@app.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@app.get("/stations/{station_id}")
async def get_station(
    request: Request,
    station_id: StationId,
    caller: Annotated[Caller, Depends(requires("stations:read"))],
) -> Response:
    row = await request.app.state.queries.station(caller.tenant, station_id)
    if row is None:
        raise HTTPException(404)
    return json_response(row)


@app.get("/stations/{station_id}/observations/{month}")
async def list_observations(
    request: Request,
    station_id: StationId,
    month: Month,
    caller: Annotated[Caller, Depends(requires("observations:read"))],
    limit: Annotated[int, Query(ge=1, le=1_000)] = 500,
    cursor: Annotated[str | None, Query(pattern="^([0-9a-f]{2})+$")] = None,
) -> Response:
    rows, following = await request.app.state.queries.observations(
        (caller.tenant, station_id, month),
        limit,
        None if cursor is None else bytes.fromhex(cursor),
    )
    page: dict = {"items": rows}
    if following is not None:
        page["next_cursor"] = following.hex()
    return json_response(page)


@app.get("/stations/{station_id}/observations")
async def export_observations(
    request: Request,
    station_id: StationId,
    since: datetime,
    until: datetime,
    caller: Annotated[Caller, Depends(requires("observations:read"))],
) -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        key = (caller.tenant, station_id)
        async for rows in request.app.state.queries.between(key, since, until):
            if rows:
                yield b"\n".join(encode(row) for row in rows) + b"\n"

    return StreamingResponse(chunks(), media_type=NDJSON)


@app.post("/stations/{station_id}/observations")
async def record_observation(
    request: Request,
    station_id: StationId,
    caller: Annotated[Caller, Depends(requires("observations:write"))],
) -> Response:
    key = (caller.tenant, station_id)
    if request.headers.get("content-type") == NDJSON:
        return json_response({"summary": await import_lines(request, key)})
    try:
        await insert(request.app.state.queries, key, await request.body())
    except ValidationError as error:
        raise HTTPException(400, error.errors(include_url=False)) from None
    return Response(status_code=201)


async def insert(queries: Queries, key: tuple[str, str], line: bytes) -> None:
    new = NewObservation.model_validate_json(line)
    await queries.insert(key, new.observed_at, (new.temperature, new.pressure, new.wind))


async def import_lines(request: Request, key: tuple[str, str]) -> dict[str, int]:
    """Writes each line by a statement of its own, many of them at once."""
    queries = request.app.state.queries
    lines = read_lines(request)
    summary = {"read": 0, "written": 0, "failed": 0}
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue(IMPORTS_AT_ONCE)

    async def work() -> None:
        while (line := await waiting.get()) is not None:
            try:
                await insert(queries, key, line)
                summary["written"] += 1
            except Exception:
                summary["failed"] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(IMPORTS_AT_ONCE):
            group.create_task(work())
        async for line in lines:
            summary["read"] += 1
            await waiting.put(line)
        for _ in range(IMPORTS_AT_ONCE):
            await waiting.put(None)
    return summary


async def read_lines(request: Request) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in request.stream():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest
