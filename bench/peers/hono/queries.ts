/**
 * The statements of the Hono peer, and its cluster.
 *
 * @module
 */
import cassandra from "cassandra-driver";

const STATION = `SELECT station_id, name, elevation, latitude, longitude FROM stations
  WHERE tenant_id = ? AND station_id = ?`;
const OBSERVATIONS = `SELECT observed_at, temperature, pressure, wind FROM observations
  WHERE tenant_id = ? AND station_id = ? AND month = ?`;
const BETWEEN = `${OBSERVATIONS} AND observed_at >= ? AND observed_at < ?`;
const INSERT = `INSERT INTO observations
  (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

export interface Observation {
  readonly observed_at: string;
  readonly temperature: number;
  readonly pressure: number;
  readonly wind: number;
}

export function createClient(env: Readonly<Record<string, string>>): cassandra.Client {
  return new cassandra.Client({
    contactPoints: env.CASSANDRA_CONTACT_POINTS!.split(","),
    localDataCenter: env.CASSANDRA_LOCAL_DATACENTER!,
    keyspace: env.CASSANDRA_KEYSPACE!,
    queryOptions: {
      prepare: true,
      isIdempotent: true,
      consistency: cassandra.types.consistencies.localQuorum,
    },
  });
}

export class Queries {
  readonly #client: cassandra.Client;

  constructor(client: cassandra.Client) {
    this.#client = client;
  }

  async station(tenant: string, station: string): Promise<cassandra.types.Row | null> {
    return (await this.#client.execute(STATION, [tenant, station])).first();
  }

  async observations(
    key: readonly [tenant: string, station: string, month: string],
    page: { limit: number; cursor: string | undefined },
  ): Promise<{ items: cassandra.types.Row[]; next_cursor?: string }> {
    const { rows, pageState } = await this.#client.execute(OBSERVATIONS, [...key], {
      fetchSize: page.limit,
      ...(page.cursor === undefined ? {} : { pageState: page.cursor }),
    });
    return pageState === null ? { items: rows } : { items: rows, next_cursor: pageState };
  }

  /** The rows of a month in a range of time, page by page. */
  async *between(
    key: readonly [tenant: string, station: string, month: string],
    range: { since: Date; until: Date },
  ): AsyncGenerator<cassandra.types.Row> {
    const result = await this.#client.execute(BETWEEN, [...key, range.since, range.until], {
      fetchSize: 1_000,
    });
    yield* result;
  }

  async insert(
    [tenant, station]: readonly [tenant: string, station: string],
    { observed_at, temperature, pressure, wind }: Observation,
  ): Promise<void> {
    const month = observed_at.slice(0, "2010-01".length);
    const values = [tenant, station, month, new Date(observed_at), temperature, pressure, wind];
    await this.#client.execute(INSERT, values);
  }
}
