/**
 * A process that runs out of descriptors, as one does whose clients leave connections open.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { eventually, untilReady } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { spawnService } from "../support/programs.ts";

const MAX_DESCRIPTORS = 160;
const IDLE_CONNECTIONS = 250;

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({ cqlDir: EXAMPLE });
});
after(() => service?.[Symbol.asyncDispose]());

async function connectMany(url: string, count: number): Promise<Deno.TcpConn[]> {
  const { hostname, port } = new URL(url);
  const address = { hostname, port: Number(port) };
  const attempts = Array.from({ length: count }, () => Deno.connect(address).catch(() => null));
  return (await Promise.all(attempts)).filter((connection) => connection !== null);
}

/** The status line of an answer on a connection that is there already. */
async function askOn(connection: Deno.TcpConn, path: string): Promise<string> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const answer = new Uint8Array(1024);
  const count = await connection.read(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, count)).split("\r\n")[0]!;
}

describe("a process without descriptors", () => {
  it("serves the connections that it has, and accepts others once there are descriptors", async () => {
    await using program = await spawnService(service.env, { maxDescriptors: MAX_DESCRIPTORS });
    await untilReady(program.url);
    const lost = () =>
      program.log.filter(({ message }) => /stopped accepting/.test(String(message)));
    for (let round = 0; round < 2; round++) {
      const before = lost().length;
      const first = await eventually("it accepts a connection", async () => {
        const [connection] = await connectMany(program.url, 1);
        return connection !== undefined &&
          await askOn(connection, "/livez") === "HTTP/1.1 200 OK" && connection;
      });
      const idle = await connectMany(program.url, IDLE_CONNECTIONS);
      await eventually("nothing listens any more", () => lost().length > before);
      expect(lost().at(-1)).toMatchObject({
        level: "WARN",
        cause: expect.stringContaining("Too many open files"),
      });
      expect(await askOn(first, "/livez")).toBe("HTTP/1.1 200 OK");
      for (const connection of [first, ...idle]) connection.close();
      await eventually("it accepts connections again", async () => {
        const response = await fetch(`${program.url}/livez`);
        await response.body?.cancel();
        return response.status === 200;
      });
    }
    await untilReady(program.url);
    const { status } = await service.request(`${program.url}/stations`);
    expect(status).toBe(200);

    program.kill("SIGTERM");
    expect((await program.status).code).toBe(0);
  });

  it("ends on SIGTERM while nobody can connect", async () => {
    await using program = await spawnService(service.env, { maxDescriptors: MAX_DESCRIPTORS });
    await untilReady(program.url);
    const idle = await connectMany(program.url, IDLE_CONNECTIONS);
    await eventually(
      "nothing listens any more",
      () => program.log.some(({ message }) => /stopped accepting/.test(String(message))),
    );
    program.kill("SIGTERM");
    expect((await program.status).code).toBe(0);
    for (const connection of idle) connection.close();
  });
});
