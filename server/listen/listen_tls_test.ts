import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { createAuthority } from "../../tests/support/certificates.ts";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import type { Certificate } from "./listen.ts";
import { listenTls } from "./listen_tls.ts";

const GRACE_MS = 60_000;
const ADDRESS = { hostname: "127.0.0.1", port: 0, onLost: () => {}, stallTimeoutMs: 60_000 };

describe("listenTls()", () => {
  let folder: string;
  let caCerts: string[];
  let certificates: Certificate[];
  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    const authority = await createAuthority(folder, "authority");
    caCerts = [await Deno.readTextFile(authority.cert)];
    certificates = await Promise.all(["one", "two"].map(async (name) => {
      const { cert, key } = await authority.issue(name);
      return { cert: await Deno.readTextFile(cert), key: await Deno.readTextFile(key) };
    }));
  });
  after(() => Deno.remove(folder, { recursive: true }));

  const connect = (port: number) => Deno.connectTls({ hostname: "localhost", port, caCerts });

  async function ask(connection: Deno.Conn): Promise<string> {
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const bytes = new Uint8Array(4_096);
    const length = await connection.read(bytes);
    return new TextDecoder().decode(bytes.subarray(0, length ?? 0)).split("\r\n\r\n")[1] ?? "";
  }

  it("says where a request really comes from", async () => {
    const listener = listenTls(
      { ...ADDRESS, certificate: certificates[0]! },
      (_request, { remoteAddr }) => new Response(`${remoteAddr.hostname}:${remoteAddr.port}`),
    );
    for (let count = 0; count < 3; count++) {
      using connection = await connect(listener.port);
      const { hostname, port } = connection.localAddr as Deno.NetAddr;
      expect(await ask(connection)).toBe(`${hostname}:${port}`);
    }
    await listener.finish(GRACE_MS);
  });

  it("takes no request that went past its port, as if it came from this machine", async () => {
    const before = await listeningPorts();
    let asked = 0;
    const listener = listenTls({ ...ADDRESS, certificate: certificates[0]! }, () => {
      asked++;
      return new Response("here");
    });
    const [inner = 0] = (await listeningPorts()).filter((port) =>
      port !== listener.port && !before.includes(port)
    );
    using around = await connect(inner);
    expect([await ask(around), asked]).toEqual(["", 0]);
    using through = await connect(listener.port);
    expect([await ask(through), asked]).toEqual(["here", 1]);
    await listener.finish(0);
  });

  it("goes on with a connection whose certificate was replaced, and ends when that is closed", async () => {
    const listener = listenTls(
      { ...ADDRESS, certificate: certificates[0]! },
      () => new Response("here"),
    );
    const connection = await connect(listener.port);
    expect(await ask(connection)).toBe("here");
    listener.replaceCertificate(certificates[1]!);
    expect(await ask(connection)).toBe("here");
    using other = await connect(listener.port);
    expect(await ask(other)).toBe("here");
    connection.close();
    await listener.finish(GRACE_MS);
  });

  it("takes no certificate while it finishes: nobody would end its server", async () => {
    const listener = listenTls(
      { ...ADDRESS, certificate: certificates[0]! },
      () => new Response("here"),
    );
    const finished = listener.finish(GRACE_MS);
    const before = await listeningPorts();
    listener.replaceCertificate(certificates[1]!);
    expect((await listeningPorts()).filter((port) => !before.includes(port))).toEqual([]);
    await finished;
  });

  it("refuses a key that does not belong to the certificate, and stays as it was", async () => {
    const [{ cert }, { key }] = certificates as [Certificate, Certificate];
    const listener = listenTls(
      { ...ADDRESS, certificate: certificates[0]! },
      () => new Response("here"),
    );
    expect(() => listener.replaceCertificate({ cert, key })).toThrow("TLS_KEY does not belong to");
    using connection = await connect(listener.port);
    expect(await ask(connection)).toBe("here");
    await listener.finish(GRACE_MS);
  });

  it("waits for what a caller has yet to take, and not for connections that are idle", async () => {
    using slow = slowCallers();
    const before = await listeningPorts();
    const listener = listenTls(
      { ...ADDRESS, certificate: certificates[0]! },
      () => new Response("here"),
    );
    const isThere = async () =>
      (await listeningPorts()).some((port) => port !== listener.port && !before.includes(port));
    using idle = await connect(listener.port);
    expect(await ask(idle)).toBe("here");
    using connection = await connect(listener.port);
    expect(await ask(connection)).toBe("here");
    const taken = slow.hold();
    const answered = ask(connection);
    await promptly("the answer is on its way", taken.begun);
    let isFinished = false;
    const finished = listener.finish(GRACE_MS).then(() => isFinished = true);
    await eventually("the server behind has ended", async () => !await isThere());
    // It is enough for what follows that end, and no longer than one look.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isFinished).toBe(false);
    taken.release();
    expect(await promptly("the caller has its answer", answered)).toBe("here");
    await promptly("it ends before the grace is over", finished);
  });

  it("says which setting is wrong if it cannot listen, and holds no port then", async () => {
    const serve = (options: Partial<Parameters<typeof listenTls>[0]>) =>
      listenTls({ ...ADDRESS, certificate: certificates[0]!, ...options }, () => new Response());
    // No machine has it: it is for documentation (RFC 5737).
    expect(() => serve({ hostname: "192.0.2.1" })).toThrow(
      /^Cannot listen on 192\.0\.2\.1:0: .+: correct HOST, PORT, ADMIN_HOST or ADMIN_PORT$/,
    );
    const [{ cert }, { key }] = [certificates[0]!, certificates[1]!];
    for (
      const [certificate, mistake] of [
        [{ cert, key }, /^Cannot serve over TLS: TLS_KEY does not belong to the certificate in/],
        [{ cert: "", key }, /^Cannot serve over TLS: TLS_CERT has no certificate/],
      ] as const
    ) {
      const free = Deno.listen({ hostname: ADDRESS.hostname, port: 0 });
      const { port } = free.addr;
      free.close();
      expect(() => serve({ port, certificate })).toThrow(mistake);
      await eventually("the port is free again", () => {
        Deno.listen({ hostname: ADDRESS.hostname, port }).close();
        return true;
      });
    }
  });

  it("says that the port is taken", async () => {
    const options = { ...ADDRESS, certificate: certificates[0]! };
    const listener = listenTls(options, () => new Response());
    const again = { ...options, port: listener.port };
    expect(() => listenTls(again, () => new Response())).toThrow(/the port is taken/);
    await listener.finish(GRACE_MS);
  });
});

/** Callers who take what they are sent when the test says. */
function slowCallers() {
  const { listen } = Deno;
  let held: { readonly begun: PromiseWithResolvers<void>; readonly over: Promise<void> } | null =
    null;
  function slow(connection: Deno.TcpConn): Deno.TcpConn {
    const write = connection.write.bind(connection);
    connection.write = async (bytes) => {
      held?.begun.resolve();
      await held?.over;
      return await write(bytes);
    };
    return connection;
  }
  Deno.listen = ((options: Deno.TcpListenOptions) => {
    const listener = listen(options);
    const accept = listener.accept.bind(listener);
    listener.accept = async () => slow(await accept());
    return listener;
  }) as typeof Deno.listen;
  return {
    hold() {
      const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      held = { begun, over: over.promise };
      return { begun: begun.promise, release: over.resolve };
    },
    [Symbol.dispose]: () => void (Deno.listen = listen),
  };
}

/** The ports of this machine that something listens on, by the kernel's table. */
async function listeningPorts(): Promise<number[]> {
  const [, ...lines] = (await Deno.readTextFile("/proc/net/tcp")).trim().split("\n");
  const LISTENS = "0A";
  return lines.map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === LISTENS)
    .map(([, local = ""]) => Number.parseInt(local.split(":")[1]!, 16));
}
