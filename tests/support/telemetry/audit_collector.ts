/**
 * A collector of audit lines, as `docs/audit.md` describes the socket: it acknowledges what it has.
 *
 * @module
 */

export interface AuditCollector extends AsyncDisposable {
  readonly port: number;
  /** Every line so far, of all connections. */
  readonly lines: readonly string[];
  /** How many connections there were. */
  readonly connections: number;
  /** After how many lines the next wait for their acknowledgement. Infinity, the default, sends what was held. */
  holdsAfter: number;
}

export interface CollectorOptions {
  /** After how many lines it leaves, without another acknowledgement. Default: it stays. */
  readonly lines?: number;
  /** Default: any that is free. */
  readonly port?: number;
  /** Of a Unix socket, in the place of a port. */
  readonly path?: string;
}

export function startCollector(
  { lines: maxLines = Infinity, port = 0, path }: CollectorOptions = {},
): AuditCollector {
  const listener: Deno.Listener = path === undefined
    ? Deno.listen({ hostname: "127.0.0.1", port })
    : Deno.listen({ transport: "unix", path });
  const lines: string[] = [];
  const open = new Set<Deno.Conn>();
  let connections = 0;
  let holdsAfter = Infinity;
  let onRelease: (() => void)[] = [];

  async function serve(connection: Deno.Conn): Promise<void> {
    const encoder = new TextEncoder();
    let safe = 0;
    let rest = "";
    try {
      for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        for (const line of parts) {
          if (lines.length === maxLines) return leave();
          lines.push(line);
          safe++;
        }
        if (lines.length > holdsAfter) {
          await new Promise<void>((resolve) => onRelease.push(resolve));
        }
        await connection.write(encoder.encode(`${safe}\n`));
      }
    } catch {
      // The service has closed the connection, or this collector has.
    }
  }

  function leave(): void {
    try {
      listener.close();
    } catch {
      // It has left before.
    }
    for (const connection of open) {
      try {
        connection.close();
      } catch {
        // The stream has closed it already.
      }
    }
    open.clear();
  }

  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      open.add(connection);
      void serve(connection);
    }
  })().catch(() => {});

  return {
    port: "port" in listener.addr ? listener.addr.port : 0,
    lines,
    get connections() {
      return connections;
    },
    get holdsAfter() {
      return holdsAfter;
    },
    set holdsAfter(count) {
      holdsAfter = count;
      if (lines.length > holdsAfter) return;
      for (const resolve of onRelease) resolve();
      onRelease = [];
    },
    async [Symbol.asyncDispose]() {
      leave();
      await accepting;
    },
  };
}
