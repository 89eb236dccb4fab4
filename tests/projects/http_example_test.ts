import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE });
});
after(() => service[Symbol.asyncDispose]());

interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

interface Observed {
  readonly observed_at: string;
  readonly temperature: number | null;
  readonly pressure: number | null;
  readonly wind: number | null;
}

async function observe(station: string, body: Record<string, unknown>): Promise<void> {
  const path = `/stations/${station}/observations`;
  const response = await service.request(path, { method: "POST", json: body });
  expect([response.status, await response.text()]).toEqual([204, ""]);
}

async function stored(station: string, month: string, columns: string) {
  const { rows } = await service.client.execute(
    `SELECT ${columns} FROM observations WHERE tenant_id = 'acme' AND station_id = ? AND month = ?`,
    [station, month],
  );
  return rows;
}

async function pageOf<T>(path: string): Promise<Page<T> & { link: string | null }> {
  const response = await service.request(path);
  expect(response.status).toBe(200);
  return { ...await response.json(), link: response.headers.get("link") };
}

describe("POST /stations", () => {
  it("registers a station once, and then answers with the one that is there", async () => {
    const json = { station_id: "sea-tac", name: "Seattle-Tacoma", elevation: 132 };
    const first = await service.request("/stations", { method: "POST", json });
    expect([first.status, await first.json()]).toEqual([201, { applied: true }]);

    const again = { ...json, name: "Another" };
    const second = await service.request("/stations", { method: "POST", json: again });
    const problem = await problemOf(second);
    expect([second.status, problem.code]).toEqual([409, "not_applied"]);
    expect(problem.current).toMatchObject({
      tenant_id: "acme",
      station_id: "sea-tac",
      name: "Seattle-Tacoma",
      elevation: 132,
      latitude: null,
    });
  });
});

describe("GET /stations", () => {
  it("gives every station by its id, in pages", async () => {
    for (const id of ["list-b", "list-c", "list-a"]) {
      const json = { station_id: id, name: id };
      await (await service.request("/stations", { method: "POST", json })).body?.cancel();
    }
    const { items } = await pageOf<{ station_id: string }>("/stations");
    const ids = items.map(({ station_id }) => station_id);
    expect(ids.filter((id) => id.startsWith("list-"))).toEqual(["list-a", "list-b", "list-c"]);

    const first = await pageOf<{ station_id: string }>("/stations?limit=1");
    const second = await pageOf<{ station_id: string }>(
      first.link!.slice(1, -'>; rel="next"'.length),
    );
    expect([...first.items, ...second.items].map(({ station_id }) => station_id))
      .toEqual(ids.slice(0, 2));
  });
});

describe("GET /stations/{station_id}", () => {
  it("gives the station", async () => {
    const row = {
      station_id: "ñandú/1 %",
      name: "Río",
      elevation: -3.5,
      latitude: -34.6,
      longitude: null,
    };
    const { longitude: _, ...json } = row;
    await (await service.request("/stations", { method: "POST", json })).body?.cancel();
    const response = await service.request(`/stations/${encodeURIComponent(row.station_id)}`);
    expect([response.status, await response.json()]).toMatchObject([200, row]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toMatch(/private|no-store/);
  });

  it("answers 404 if there is no row", async () => {
    const problem = await problemOf(await service.request("/stations/nowhere"));
    expect([problem.status, problem.code]).toEqual([404, "not_found"]);
  });
});

describe("POST /stations/{station_id}/observations", () => {
  const CASES = [
    ["an instant in UTC", "2010-01-31T23:59:59.999Z", "2010-01"],
    ["the first instant of a month", "2010-02-01T00:00:00.000Z", "2010-02"],
    ["an instant that is in another month in UTC", "2010-03-01T00:30:00+01:00", "2010-02"],
    ["an instant that is in another year in UTC", "2009-12-31T23:30:00-01:00", "2010-01"],
  ] as const;
  for (const [name, observedAt, month] of CASES) {
    it(`files ${name} under its month`, async () => {
      const station = `bucket-${observedAt}`;
      await observe(encodeURIComponent(station), { observed_at: observedAt, wind: 1 });
      const rows = await stored(station, month, "observed_at");
      expect(rows.map(({ observed_at }) => observed_at.getTime())).toEqual([
        Date.parse(observedAt),
      ]);
    });
  }

  it("takes no month from the caller", async () => {
    const response = await service.request("/stations/filed/observations?month=2011-01", {
      method: "POST",
      json: { observed_at: "2010-01-01T00:00:00Z", month: "2011-01" },
    });
    const { status, errors } = await problemOf(response);
    expect(status).toBe(422);
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(["/body/month", "/query/month"]);
    expect(await stored("filed", "2011-01", "observed_at")).toEqual([]);
  });

  it("leaves a value that is not sent as it is, without a tombstone", async () => {
    const observed_at = "2010-01-01T00:00:00.000Z";
    await observe("unset", { observed_at, temperature: 4.5 });
    const [before] = await stored("unset", "2010-01", "writetime(temperature) AS written");
    await observe("unset", { observed_at, pressure: 1013 });
    const columns = "temperature, pressure, wind, writetime(temperature) AS written";
    const [after] = await stored("unset", "2010-01", columns);
    expect([after?.temperature, after?.pressure, after?.wind]).toEqual([4.5, 1013, null]);
    expect(String(after?.written)).toBe(String(before?.written));
  });

  it("deletes a value that is sent as null", async () => {
    const observed_at = "2010-01-01T00:00:00.000Z";
    await observe("nulled", { observed_at, temperature: 4.5, wind: 2 });
    await observe("nulled", { observed_at, temperature: null });
    const [row] = await stored("nulled", "2010-01", "temperature, wind");
    expect([row?.temperature, row?.wind]).toEqual([null, 2]);
  });
});

describe("GET /stations/{station_id}/observations/{month}", () => {
  const COUNT = 25;
  before(async () => {
    const rows = Array.from({ length: COUNT }, (_, hour) => ({
      observed_at: new Date(Date.UTC(2010, 4, 1, hour)).toISOString(),
      temperature: hour,
    }));
    await Promise.all(rows.map((row) => observe("paged", row)));
  });

  it("gives the whole month, newest first", async () => {
    const { items, next_cursor, link } = await pageOf<Observed>(
      "/stations/paged/observations/2010-05",
    );
    expect(items.map(({ temperature }) => temperature))
      .toEqual(Array.from({ length: COUNT }, (_, index) => COUNT - 1 - index));
    expect(items[0]).toEqual({
      observed_at: "2010-05-02T00:00:00.000Z",
      temperature: 24,
      pressure: null,
      wind: null,
    });
    expect([next_cursor, link]).toEqual([null, null]);
  });

  for (const limit of [1, 10, COUNT - 1, COUNT, COUNT + 1]) {
    it(`gives every row once, in order, over pages of ${limit}`, async () => {
      const temperatures: (number | null)[] = [];
      let path: string | null = `/stations/paged/observations/2010-05?limit=${limit}`;
      let pages = 0;
      while (path !== null && pages <= COUNT) {
        const page: Page<Observed> & { link: string | null } = await pageOf<Observed>(path);
        const isLast: boolean = page.next_cursor === null;
        if (!isLast) expect(page.items).toHaveLength(limit);
        temperatures.push(...page.items.map(({ temperature }) => temperature));
        path = /^<(\/[^>]*)>; rel="next"$/.exec(page.link ?? "")?.[1] ?? null;
        expect(path === null).toBe(isLast);
        if (path !== null) {
          const next = new URL(path, service.url).searchParams;
          expect([next.get("cursor"), next.get("limit")]).toEqual([page.next_cursor, `${limit}`]);
        }
        pages++;
      }
      expect(temperatures).toEqual(Array.from({ length: COUNT }, (_, index) => COUNT - 1 - index));
    });
  }

  it("gives an empty page for a month without rows", async () => {
    const { items, next_cursor } = await pageOf("/stations/paged/observations/2010-06");
    expect([items, next_cursor]).toEqual([[], null]);
  });
});

describe("POST /stations/{station_id}/notes", () => {
  const post = (json: unknown, headers = {}) =>
    service.request("/stations/noted/notes", { method: "POST", json, headers });

  it("makes the id of a note, and says where the note is", async () => {
    const response = await post({ words: "Snow on the sensor" });
    const { note_id } = await response.json() as { note_id: string };
    expect([response.status, response.headers.get("location")])
      .toEqual([201, `/stations/noted/notes/${note_id}`]);
    const note = await service.request(response.headers.get("location")!);
    expect([note.status, await note.json()]).toEqual([200, {
      note_id,
      written_at: expect.stringMatching(/Z$/),
      words: "Snow on the sensor",
    }]);
  });

  it("leaves the id to nobody else", async () => {
    const note_id = "50554d6e-29bb-11e5-b345-feff819cdc9f";
    const { errors } = await problemOf(await post({ words: "Mine", note_id }));
    expect(errors?.map(({ pointer }) => pointer)).toEqual(["/body/note_id"]);
  });

  it("makes one note of a request that is repeated with its key", async () => {
    const time = Date.now().toString(16).padStart(12, "0");
    const key = `"${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}"`;
    const [first, again] = await Promise.all(
      [1, 2].map(() => post({ words: "Once" }, { "idempotency-key": key })),
    );
    expect([first!.status, again!.status]).toEqual([201, 201]);
    expect(await again!.json()).toEqual(await first!.json());
    const { items } = await pageOf<{ words: string }>("/stations/noted/notes");
    expect(items.filter(({ words }) => words === "Once")).toHaveLength(1);
  });
});

describe("GET /stations/{station_id}/summary/{month}", () => {
  it("gives count, extremes, mean and the newest row", async () => {
    const hours = { "00": 1.5, "01": 5, "02": -0.5 };
    for (const [hour, temperature] of Object.entries(hours)) {
      await observe("summary", { observed_at: `2010-01-01T${hour}:00:00Z`, temperature });
    }
    await observe("summary", { observed_at: "2010-01-01T03:00:00Z", wind: 7.5 });
    const response = await service.request("/stations/summary/summary/2010-01");
    expect([response.status, await response.json()]).toEqual([200, {
      month: "2010-01",
      observations: 3,
      temperature: { min: -0.5, mean: 2, max: 5 },
      latest: {
        observed_at: "2010-01-01T03:00:00.000Z",
        temperature: null,
        pressure: null,
        wind: 7.5,
      },
    }]);
  });

  it("answers 404 for a month without temperatures", async () => {
    await observe("windy", { observed_at: "2010-01-01T00:00:00Z", wind: 7.5 });
    for (const month of ["2010-01", "2010-02"]) {
      const { code } = await problemOf(await service.request(`/stations/windy/summary/${month}`));
      expect(code).toBe("not_found");
    }
  });

  it("answers 422 for what is not a month", async () => {
    const { errors } = await problemOf(await service.request("/stations/a/summary/2010-13"));
    expect(errors?.map(({ pointer }) => pointer)).toEqual(["/path/month"]);
  });
});
