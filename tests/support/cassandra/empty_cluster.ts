/**
 * Nodes that know of each other and hold nothing: servers that speak as much of the CQL binary protocol v4 as a
 * client needs to connect, to hear which nodes there are, and to prepare and run statements, which all
 * succeed without a row. For what happens to the nodes of a cluster faster, and in more ways, than real nodes can.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { eventually } from "../eventually.ts";
import { STATEMENT_ID } from "./node_errors.ts";
import { inet, int, short, string, text, value } from "./protocol_values.ts";

export interface Member {
  readonly hostname: string;
  readonly datacenter: string;
  /** Where its range ends. */
  readonly token: bigint;
}

/** A request of a client to prepare or to run a statement. */
export interface StatementRequest {
  readonly hostname: string;
  readonly kind: "prepare" | "execute" | "batch";
}

/**
 * What a node does with it in place of succeeding at once: an error, success later, no answer at all, or to end the
 * connection.
 */
export type Misbehaviour = Buffer | Promise<void> | "silence" | "crash";

/** What one node announces of another. */
export type Change = "NEW_NODE" | "REMOVED_NODE" | "UP" | "DOWN";

const OPCODE = {
  error: 0x00,
  startup: 0x01,
  ready: 0x02,
  options: 0x05,
  supported: 0x06,
  query: 0x07,
  result: 0x08,
  prepare: 0x09,
  execute: 0x0a,
  register: 0x0b,
  event: 0x0c,
  batch: 0x0d,
} as const;
/** Of a result. */
const KIND = { rows: 2, setKeyspace: 3, prepared: 4 } as const;
const STATEMENT_KINDS = new Map<number, StatementRequest["kind"]>([
  [OPCODE.prepare, "prepare"],
  [OPCODE.execute, "execute"],
  [OPCODE.batch, "batch"],
]);
const RESPONSE_V4 = 0x84;
const HEADER_LENGTH = 9;
const EVENTS_STREAM = -1;

type Type = "text" | "inet" | "uuid" | "texts" | "textMap" | "boolean";
const TYPES: Readonly<Record<Type, readonly number[]>> = {
  text: [0x0d],
  inet: [0x10],
  uuid: [0x0c],
  texts: [0x22, 0x0d],
  textMap: [0x21, 0x0d, 0x0d],
  boolean: [0x04],
};
type Column = readonly [name: string, type: Type];

const NODE_COLUMNS: readonly Column[] = [
  ["rpc_address", "inet"],
  ["data_center", "text"],
  ["rack", "text"],
  ["tokens", "texts"],
  ["host_id", "uuid"],
  ["release_version", "text"],
  ["schema_version", "uuid"],
];

/** A cluster with a keyspace `ks`. */
export class EmptyCluster implements AsyncDisposable {
  readonly port: number;
  /** How many replicas the keyspace has, by data centre. */
  replication: Readonly<Record<string, string>> = {};
  /** What happens to each request about a statement; null for its success. */
  onStatement: (request: StatementRequest) => Misbehaviour | null = () => null;
  readonly #members = new Map<string, Member>();
  readonly #nodes = new Map<string, EmptyNode>();

  /** @param port of all nodes */
  constructor(port: number) {
    this.port = port;
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  contactPoint(hostname: string): string {
    return `${hostname}:${this.port}`;
  }

  /** Adds a node to the ring, and starts it. */
  join(member: Member): void {
    this.#members.set(member.hostname, member);
    this.start(member.hostname);
  }

  /** Takes a node out of the ring, and stops it. */
  async leave(hostname: string): Promise<void> {
    this.#members.delete(hostname);
    await this.stop(hostname);
  }

  /** Gives a node another range. */
  move(hostname: string, token: bigint): void {
    this.#members.set(hostname, { ...this.#members.get(hostname)!, token });
  }

  start(hostname: string): void {
    this.#nodes.set(hostname, new EmptyNode(this, hostname));
  }

  /** Ends its connections, as a crash does. The others know it still. */
  async stop(hostname: string): Promise<void> {
    const node = this.#nodes.get(hostname);
    this.#nodes.delete(hostname);
    await node?.stop();
  }

  /** How many connections clients have to a node. */
  connectionsTo(hostname: string): number {
    return this.#nodes.get(hostname)?.connections ?? 0;
  }

  /** Has each node tell those who have registered for it, at least one; resolves once it has. */
  async announce(change: Change, hostname: string): Promise<void> {
    const type = change.endsWith("NODE") ? "TOPOLOGY_CHANGE" : "STATUS_CHANGE";
    const body = Buffer.concat([
      string(type),
      string(change),
      Buffer.of(4),
      inet(hostname),
      int(this.port),
    ]);
    const nodes = [...this.#nodes.values()];
    await eventually("somebody listens", () => nodes.some(({ listeners }) => listeners > 0));
    await Promise.all(nodes.map((node) => node.announce(body)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#nodes.keys()].map((hostname) => this.stop(hostname)));
  }
}

class EmptyNode {
  readonly #cluster: EmptyCluster;
  readonly #hostname: string;
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #registered = new Set<Deno.TcpConn>();

  constructor(cluster: EmptyCluster, hostname: string) {
    this.#cluster = cluster;
    this.#hostname = hostname;
    this.#listener = Deno.listen({ hostname, port: cluster.port });
    this.#accepting = this.#accept();
  }

  get connections(): number {
    return this.#open.size;
  }

  get listeners(): number {
    return this.#registered.size;
  }

  async announce(body: Buffer): Promise<void> {
    for (const connection of this.#registered) {
      await send(connection, { streamId: EVENTS_STREAM, opcode: OPCODE.event, body });
    }
  }

  async stop(): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) close(connection);
    await this.#accepting.catch(() => {});
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      this.#serve(connection).catch(() => {}).finally(() => {
        this.#open.delete(connection);
        this.#registered.delete(connection);
        close(connection);
      });
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    let pending = Buffer.alloc(0);
    for await (const chunk of connection.readable.values({ preventCancel: true })) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= HEADER_LENGTH) {
        const end = HEADER_LENGTH + pending.readInt32BE(5);
        if (pending.length < end) break;
        const [streamId, opcode] = [pending.readInt16BE(2), pending[4]!];
        const body = pending.subarray(HEADER_LENGTH, end);
        pending = pending.subarray(end);
        if (opcode === OPCODE.register) this.#registered.add(connection);
        const kind = STATEMENT_KINDS.get(opcode);
        const wrong = kind === undefined
          ? null
          : this.#cluster.onStatement({ hostname: this.#hostname, kind });
        if (wrong === "silence") continue;
        if (wrong === "crash") return;
        const answer = wrong instanceof Buffer
          ? { opcode: OPCODE.error, body: wrong }
          : this.#answer(opcode, body);
        const reply = () => send(connection, { streamId, ...answer });
        if (wrong instanceof Promise) wrong.then(reply).catch(() => {});
        else await reply();
      }
    }
  }

  #answer(opcode: number, body: Buffer): { opcode: number; body: Buffer } {
    if (opcode === OPCODE.options) return { opcode: OPCODE.supported, body: short(0) };
    if (opcode === OPCODE.startup || opcode === OPCODE.register) {
      return { opcode: OPCODE.ready, body: Buffer.alloc(0) };
    }
    if (opcode === OPCODE.prepare) {
      const NO_COLUMNS = [int(0), int(0)];
      const id = [short(STATEMENT_ID.length), STATEMENT_ID];
      const parts = [int(KIND.prepared), ...id, ...NO_COLUMNS, int(0), ...NO_COLUMNS];
      return { opcode: OPCODE.result, body: Buffer.concat(parts) };
    }
    const cql = opcode === OPCODE.query ? `${body.subarray(4, 4 + body.readInt32BE(0))}` : "";
    return { opcode: OPCODE.result, body: this.#resultOf(cql) };
  }

  #resultOf(cql: string): Buffer {
    const { members, replication } = this.#cluster;
    const isSelf = ({ hostname }: Member) => hostname === this.#hostname;
    if (cql.startsWith("USE ")) return Buffer.concat([int(KIND.setKeyspace), string("ks")]);
    if (cql.includes("FROM system.local")) {
      const columns: Column[] = [["key", "text"], ["partitioner", "text"], ...NODE_COLUMNS];
      const local = [text("local"), text("Murmur3Partitioner")];
      return rows(columns, members.filter(isSelf).map((self) => [...local, ...valuesOf(self)]));
    }
    if (cql.includes("FROM system.peers")) {
      const peers = members.filter((member) => !isSelf(member));
      return rows(
        [["peer", "inet"], ...NODE_COLUMNS],
        peers.map((peer) => [inet(peer.hostname), ...valuesOf(peer)]),
      );
    }
    if (cql.includes("FROM system_schema.keyspaces")) {
      const columns: Column[] = [
        ["keyspace_name", "text"],
        ["durable_writes", "boolean"],
        ["replication", "textMap"],
      ];
      const strategy = { class: "org.apache.cassandra.locator.NetworkTopologyStrategy" };
      const values = [text("ks"), Buffer.of(1), collection({ ...strategy, ...replication })];
      return rows(columns, [values]);
    }
    return rows([["a", "text"]], []);
  }
}

async function send(
  connection: Deno.TcpConn,
  { streamId, opcode, body }: { streamId: number; opcode: number; body: Buffer },
): Promise<void> {
  const header = Buffer.alloc(HEADER_LENGTH);
  header[0] = RESPONSE_V4;
  header.writeInt16BE(streamId, 2);
  header[4] = opcode;
  header.writeInt32BE(body.length, 5);
  const frame = Buffer.concat([header, body]);
  for (let sent = 0; sent < frame.length;) sent += await connection.write(frame.subarray(sent));
}

function valuesOf({ hostname, datacenter, token }: Member): Buffer[] {
  return [
    inet(hostname),
    text(datacenter),
    text("rack1"),
    Buffer.concat([int(1), value(text(`${token}`))]),
    Buffer.alloc(16, inet(hostname)),
    text("5.0.8"),
    Buffer.alloc(16, 1),
  ];
}

function rows(columns: readonly Column[], values: readonly Buffer[][]): Buffer {
  const specs = columns.map(([name, type]) =>
    Buffer.concat([string(name), ...TYPES[type].map(short)])
  );
  const metadata = [int(1), int(columns.length), string("system"), string("table"), ...specs];
  return Buffer.concat([
    int(KIND.rows),
    ...metadata,
    int(values.length),
    ...values.flat().map(value),
  ]);
}

function collection(entries: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(entries).flat().map((each) => value(text(each)));
  return Buffer.concat([int(parts.length / 2), ...parts]);
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // Its other end has closed it.
  }
}
