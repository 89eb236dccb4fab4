/**
 * The statements of the Fastify peer, and its cluster.
 *
 * @module
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import cassandra from "cassandra-driver";

const STATION = `SELECT station_id, name, elevation, latitude, longitude FROM stations
  WHERE tenant_id = ? AND station_id = ?`;
const OBSERVATIONS = `SELECT observed_at, temperature, pressure, wind FROM observations
  WHERE tenant_id = ? AND station_id = ? AND month = ?`;
const BETWEEN = `${OBSERVATIONS} AND observed_at >= ? AND observed_at < ?`;
const INSERT = `INSERT INTO observations
  (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const IMPORTS_AT_ONCE = 256;
const LINES_IN_A_CHUNK = 500;

export function createClient(env) {
  return new cassandra.Client({
    contactPoints: env.CASSANDRA_CONTACT_POINTS.split(","),
    localDataCenter: env.CASSANDRA_LOCAL_DATACENTER,
    keyspace: env.CASSANDRA_KEYSPACE,
    queryOptions: {
      prepare: true,
      isIdempotent: true,
      consistency: cassandra.types.consistencies.localQuorum,
    },
  });
}

export class Queries {
  #client;

  constructor(client) {
    this.#client = client;
  }

  async station(tenant, station) {
    return (await this.#client.execute(STATION, [tenant, station])).first();
  }

  async observations(key, { limit, cursor }) {
    const { rows, pageState } = await this.#client.execute(OBSERVATIONS, key, {
      fetchSize: limit,
      pageState: cursor,
    });
    return { items: rows, next_cursor: pageState ?? undefined };
  }

  async insert([tenant, station], { observed_at, temperature, pressure, wind }) {
    const month = observed_at.slice(0, "2010-01".length);
    const values = [tenant, station, month, new Date(observed_at), temperature, pressure, wind];
    await this.#client.execute(INSERT, values);
  }

  /** Writes each line by a statement of its own, many of them at once. */
  async importLines(key, { body, check }) {
    const lines = createInterface({ input: body })[Symbol.asyncIterator]();
    const summary = { read: 0, written: 0, failed: 0 };
    const work = async () => {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        summary.read++;
        try {
          const observation = JSON.parse(next.value);
          if (!check(observation)) throw new TypeError("not an observation");
          await this.insert(key, observation);
          summary.written++;
        } catch {
          summary.failed++;
        }
      }
    };
    await Promise.all(Array.from({ length: IMPORTS_AT_ONCE }, work));
    return summary;
  }

  /** Writes the rows of a range of time to a stream, newest first, month by month. */
  async exportLines(key, { since, until, output }) {
    let lines = "";
    let count = 0;
    const flush = async () => {
      if (!output.write(lines)) await once(output, "drain");
      lines = "";
    };
    for (const month of monthsBetween(since, until)) {
      const values = [...key, month, since, until];
      const result = await this.#client.execute(BETWEEN, values, { fetchSize: 1_000 });
      for await (const row of result) {
        lines += `${JSON.stringify(row)}\n`;
        if (++count % LINES_IN_A_CHUNK === 0) await flush();
      }
    }
    output.end(lines);
  }
}

/** The months of a range, the last one first. */
function monthsBetween(since, until) {
  const months = [];
  const last = new Date(until.getTime() - 1);
  for (
    let year = last.getUTCFullYear(), month = last.getUTCMonth();
    Date.UTC(year, month + 1) > since.getTime();
    month--
  ) {
    if (month < 0) [year, month] = [year - 1, 11];
    months.push(`${year}-${String(month + 1).padStart(2, "0")}`);
  }
  return months;
}
