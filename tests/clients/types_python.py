"""A value of every type, written and read through the package that openapi-python-client makes."""

import json
import sys
from datetime import date, datetime, timezone
from typing import Any
from uuid import UUID

from api_client import Client
from api_client.api.own import get_types, write_types
from api_client.models import (
    Place,
    PlaceInput,
    Type,
    WriteTypesBody,
    WriteTypesBodyAMap,
    WriteTypesBodyPlacesByName,
)


def run(base_url: str) -> dict[str, Any]:
    client = Client(base_url=base_url, raise_on_unexpected_status=True)
    place = PlaceInput(city="Reykjavík", zip_="9007199254740993", at=[64.25, None])
    a_map = WriteTypesBodyAMap()
    a_map["a"] = "1.50"
    places_by_name = WriteTypesBodyPlacesByName()
    places_by_name["home"] = place
    embedding: list[float | str] = [0.5, -1, 0]
    written = write_types.sync_detailed(
        client=client,
        body=WriteTypesBody(
            id=1,
            a_ascii="a",
            a_bigint="9007199254740993",
            a_blob="AQID",
            a_boolean=True,
            a_date=date(2010, 1, 31),
            a_decimal="12.50",
            a_double="-Infinity",
            a_duration="P1DT2H",
            a_float=0.5,
            a_inet="127.0.0.1",
            a_int=1,
            a_smallint=2,
            a_text="t",
            a_time="10:15:30.123456789",
            a_timestamp=datetime(2010, 1, 31, 23, 30, 0, 500_000, tzinfo=timezone.utc),
            a_timeuuid=UUID("50554d6e-29bb-11e5-b345-feff819cdc9f"),
            a_tinyint=3,
            a_uuid=UUID("6f1c1a52-2c0e-4a0b-9a57-0d5b8b6d2f10"),
            a_varint="123456789012345678901234567890",
            a_list=[1, 2],
            a_set=["x", "y"],
            a_map=a_map,
            a_tuple=["a", None],
            a_place=place,
            places=[place],
            places_by_name=places_by_name,
            a_vector=embedding,
        ),
    )
    assert written.status_code == 204, written
    row = get_types.sync(1, client=client)
    assert isinstance(row, Type) and isinstance(row.a_place, Place)
    assert row.a_tuple is not None and row.a_vector is not None
    return {
        "row": row.to_dict(),
        "zip": row.a_place.zip_,
        "label": row.a_tuple[0],
        "second": float(row.a_vector[1]),
    }


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
