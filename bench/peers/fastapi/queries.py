"""The statements of the FastAPI peer, and its cluster: cassandra-driver, whose callbacks complete futures."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import datetime

from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, ResponseFuture
from cassandra.policies import DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.query import PreparedStatement, dict_factory

STATION = """SELECT station_id, name, elevation, latitude, longitude FROM stations
  WHERE tenant_id = ? AND station_id = ?"""
OBSERVATIONS = """SELECT observed_at, temperature, pressure, wind FROM observations
  WHERE tenant_id = ? AND station_id = ? AND month = ?"""
BETWEEN = OBSERVATIONS + " AND observed_at >= ? AND observed_at < ?"
INSERT = """INSERT INTO observations
  (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
  VALUES (?, ?, ?, ?, ?, ?, ?)"""


class Queries:
    def __init__(self) -> None:
        contact_points = [
            point.rsplit(":", 1) for point in os.environ["CASSANDRA_CONTACT_POINTS"].split(",")
        ]
        local_dc = os.environ["CASSANDRA_LOCAL_DATACENTER"]
        self._cluster = Cluster(
            [address for address, _ in contact_points],
            port=int(contact_points[0][1]),
            protocol_version=4,
            execution_profiles={
                EXEC_PROFILE_DEFAULT: ExecutionProfile(
                    load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy(local_dc)),
                    consistency_level=ConsistencyLevel.LOCAL_QUORUM,
                    row_factory=dict_factory,
                )
            },
        )
        self._session = self._cluster.connect(os.environ["CASSANDRA_KEYSPACE"])
        self._station = self._prepare(STATION)
        self._observations = self._prepare(OBSERVATIONS)
        self._between = self._prepare(BETWEEN)
        self._insert = self._prepare(INSERT)

    def _prepare(self, cql: str) -> PreparedStatement:
        statement = self._session.prepare(cql)
        statement.is_idempotent = True
        return statement

    def close(self) -> None:
        self._cluster.shutdown()

    async def station(self, tenant: str, station: str) -> dict | None:
        rows, _ = await self._execute(self._station, (tenant, station))
        return rows[0] if rows else None

    async def observations(
        self, key: tuple[str, str, str], limit: int, cursor: bytes | None
    ) -> tuple[list[dict], bytes | None]:
        return await self._execute(self._observations, key, fetch_size=limit, paging_state=cursor)

    async def insert(
        self,
        key: tuple[str, str],
        observed_at: datetime,
        values: tuple[float, float, float],
    ) -> None:
        month = f"{observed_at:%Y-%m}"
        await self._execute(self._insert, (*key, month, observed_at, *values))

    async def between(
        self, key: tuple[str, str], since: datetime, until: datetime
    ) -> AsyncIterator[list[dict]]:
        """The rows of a range of time, newest first, page by page."""
        for month in _months_between(since, until):
            cursor = None
            while True:
                rows, cursor = await self._execute(
                    self._between,
                    (*key, month, since, until),
                    fetch_size=1_000,
                    paging_state=cursor,
                )
                yield rows
                if cursor is None:
                    break

    def _execute(
        self,
        statement: PreparedStatement,
        values: tuple,
        fetch_size: int | None = None,
        paging_state: bytes | None = None,
    ) -> asyncio.Future[tuple[list[dict], bytes | None]]:
        loop = asyncio.get_running_loop()
        result: asyncio.Future = loop.create_future()
        bound = statement.bind(values)
        if fetch_size is not None:
            bound.fetch_size = fetch_size
        response: ResponseFuture = self._session.execute_async(bound, paging_state=paging_state)

        def complete(rows: list[dict] | None) -> None:
            if not result.done():
                result.set_result((rows or [], response._paging_state))

        def fail(error: Exception) -> None:
            if not result.done():
                result.set_exception(error)

        response.add_callbacks(
            lambda rows: loop.call_soon_threadsafe(complete, rows),
            lambda error: loop.call_soon_threadsafe(fail, error),
        )
        return result


def _months_between(since: datetime, until: datetime) -> list[str]:
    """The months of a range, the last one first."""
    months = []
    year, month = until.year, until.month
    while (year, month) >= (since.year, since.month):
        months.append(f"{year}-{month:02}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return months
