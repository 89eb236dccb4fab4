"""What an application does with the example, through the package that openapi-python-client makes."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

from api_client import AuthenticatedClient
from api_client.api.alerts import list_alerts_of_day, raise_alert
from api_client.api.observations import list_observations_between, record_observation
from api_client.api.stations import (
    count_visit,
    create_station,
    get_station,
    get_visits,
    list_stations,
    list_stations_by_tag,
    tag_station,
    untag_station,
    update_station,
)
from api_client.models import (
    AlertByDayPage,
    Applied,
    CreateStationBody,
    CreateStationConflict,
    CreateStationCurrent,
    ObservationPage,
    Problem,
    RaiseAlertBody,
    RaiseAlertBodySeverity,
    RecordObservationBody,
    Station,
    StationPlace,
    StationPlacePage,
    StationVisit,
    TaggedStationPage,
    TagStationBody,
    UpdateStationBody,
    UpdateStationConflict,
    UpdateStationCurrent,
)
from api_client.types import UNSET, Unset


def milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def stations(client: AuthenticatedClient, limit: int) -> Iterator[StationPlace]:
    cursor: str | Unset | None = UNSET
    while cursor is not None:
        page = list_stations.sync(client=client, limit=limit, cursor=cursor)
        assert isinstance(page, StationPlacePage)
        yield from page.items
        cursor = page.next_cursor


def run(base_url: str, token: str) -> dict[str, Any]:
    client = AuthenticatedClient(base_url=base_url, token=token, raise_on_unexpected_status=True)

    created: list[object] = []
    for name in ["a", "b", "c", "d", "e"]:
        body = CreateStationBody(station_id=name, name=f"Station {name}", elevation=12.5)
        made = create_station.sync_detailed(client=client, body=body)
        assert isinstance(made.parsed, Applied)
        created += [made.status_code.value, made.parsed.applied]
    taken = create_station.sync_detailed(
        client=client, body=CreateStationBody(station_id="a", name="Another")
    )
    assert isinstance(taken.parsed, CreateStationConflict)
    assert isinstance(taken.parsed.current, CreateStationCurrent)
    refused = create_station.sync(
        client=client, body=CreateStationBody(station_id="", name="Nameless")
    )
    assert isinstance(refused, Problem) and refused.errors
    missing = get_station.sync_detailed("nowhere", client=client)
    assert isinstance(missing.parsed, Problem)

    names = [station.name for station in stations(client, 2)]

    tag = get_station.sync_detailed("a", client=client).headers["etag"]
    changed = update_station.sync(
        "a", client=client, if_match=tag, body=UpdateStationBody(latitude=47.25, elevation=None)
    )
    assert isinstance(changed, Applied)
    stale = update_station.sync_detailed(
        "a", client=client, if_match=tag, body=UpdateStationBody(latitude=0)
    )
    assert isinstance(stale.parsed, UpdateStationConflict)
    assert isinstance(stale.parsed.current, UpdateStationCurrent)
    after = get_station.sync("a", client=client)
    assert isinstance(after, Station)

    tagged = tag_station.sync(
        "a", client=client, body=TagStationBody(tags=["coast", "airport", "old"])
    )
    assert isinstance(tagged, Applied)
    untag_station.sync("a", client=client, tags=["old", "coast"])
    by_tag = list_stations_by_tag.sync("airport", client=client)
    assert isinstance(by_tag, TaggedStationPage)

    observed_at = datetime(2010, 1, 31, 23, 30, tzinfo=timezone.utc)
    record_observation.sync_detailed(
        "a",
        client=client,
        body=RecordObservationBody(
            observed_at=observed_at, temperature=4.5, wind=None, pressure="NaN"
        ),
    )
    report = record_observation.sync(
        "a",
        client=client,
        body=[
            RecordObservationBody(
                observed_at=observed_at + timedelta(hours=hours), temperature=hours
            )
            for hours in [1, 2, 3]
        ],
    )
    assert isinstance(report, str)
    since = datetime(2010, 1, 1, tzinfo=timezone.utc)
    until = datetime(2010, 3, 1, tzinfo=timezone.utc)
    observed = list_observations_between.sync("a", client=client, since=since, until=until)
    assert isinstance(observed, ObservationPage)
    with client.get_httpx_client().stream(
        "GET",
        "/stations/a/observations",
        params={"since": since.isoformat(), "until": until.isoformat()},
        headers={"Accept": "application/x-ndjson"},
    ) as stream:
        streamed = sum(1 for _ in stream.iter_lines())

    count_visit.sync_detailed("a", client=client)
    visits = get_visits.sync("a", client=client)
    assert isinstance(visits, StationVisit)
    raise_alert.sync_detailed(
        "a",
        client=client,
        body=RaiseAlertBody(
            raised_at=observed_at, severity=RaiseAlertBodySeverity.HIGH, message="Storm"
        ),
    )
    alerts = list_alerts_of_day.sync(date(2010, 1, 31), client=client)
    assert isinstance(alerts, AlertByDayPage)

    # A service that is newer than the client may know more codes.
    told = {**missing.parsed.to_dict(), "type": "https://example.com/newer", "code": "newer"}
    newer = Problem.from_dict(told)
    assert [newer.type_, newer.code] == ["https://example.com/newer", "newer"]

    return {
        "created": created,
        "taken": [
            taken.status_code.value,
            taken.parsed.code,
            taken.parsed.current.name,
        ],
        "refused": [refused.status, refused.code, refused.errors[0].pointer],
        "missing": [missing.status_code.value, missing.parsed.code],
        "names": names,
        "changed": changed.applied,
        "stale": [
            stale.status_code.value,
            stale.parsed.code,
            stale.parsed.current.version == after.version,
        ],
        "after": [after.latitude, after.elevation],
        "tagged": tagged.applied,
        "byTag": [[station.station_id, station.tags] for station in by_tag.items],
        "report": report,
        "observed": [
            [milliseconds(row.observed_at), row.temperature, row.pressure]
            for row in observed.items
        ],
        "streamed": streamed,
        "visits": visits.visits,
        "alerts": [
            [milliseconds(alert.raised_at), alert.station_id, alert.message]
            for alert in alerts.items
        ],
    }


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))
