import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../../tests/support/eventually.ts";
import { startCollector } from "../../tests/support/telemetry/audit_collector.ts";
import { createSocketSink } from "./socket_sink.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const addressOf = (port: number) => ({ transport: "tcp" as const, hostname: "127.0.0.1", port });

describe("createSocketSink()", () => {
  it("resolves when the collector has acknowledged all lines of a write", async () => {
    await using collector = startCollector();
    const sink = createSocketSink(addressOf(collector.port));
    await sink.write(encode("first\nsecond\n"));
    expect(collector.lines).toEqual(["first", "second"]);
    await sink.write(encode("third\n"));
    expect([collector.lines, collector.connections]).toEqual([["first", "second", "third"], 1]);
    await sink.close();
  });

  it("fails where the collector leaves before it has acknowledged", async () => {
    await using collector = startCollector({ lines: 1 });
    const sink = createSocketSink(addressOf(collector.port));
    await sink.write(encode("0\n"));
    await expect(sink.write(encode("1\n"))).rejects.toThrow();
    expect(collector.lines).toEqual(["0"]);
    await sink.close();
  });

  it("connects again to a collector that was restarted, at once", async () => {
    const first = startCollector();
    const { port } = first;
    const sink = createSocketSink(addressOf(port));
    await sink.write(encode("0\n"));
    await first[Symbol.asyncDispose]();
    await using second = startCollector({ port });
    await sink.write(encode("1\n"));
    expect(second.lines).toEqual(["1"]);
    await sink.close();
  });

  it("fails where nobody listens, and where nothing is acknowledged in time", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const accepted = listener.accept();
    const sink = createSocketSink(addressOf(port), { timeoutMs: 50 });
    await expect(sink.write(encode("0\n"))).rejects.toThrow("it timed out");
    (await accepted).close();
    listener.close();
    await expect(sink.write(encode("0\n"))).rejects.toThrow(/refused/);
    await sink.close();
  });

  it("gives up a connection that nobody accepts, and reaches the collector when it is back", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    // No other connection is accepted while this one waits.
    const first = await Deno.connect({ hostname: "127.0.0.1", port });
    const patient = createSocketSink(addressOf(port), { connectTimeoutMs: 600_000 });
    const write = patient.write(encode("0\n"));
    const closed = expect(write).rejects.toThrow("the connection was closed");
    await patient.close();
    await promptly("it is given up when the sink is closed", closed);
    const sink = createSocketSink(addressOf(port), { connectTimeoutMs: 500 });
    const inVain = expect(sink.write(encode("0\n"))).rejects.toThrow("it accepts no connection");
    await promptly("it is given up", inVain);
    first.close();
    listener.close();
    await using collector = startCollector({ port });
    await eventually("it is sent", () => sink.write(encode("0\n")).then(() => true));
    expect(collector.lines).toEqual(["0"]);
    await sink.close();
  });

  it("replaces a connection that was not used for long, which may be gone without a sign", async () => {
    await using collector = startCollector();
    const sink = createSocketSink(addressOf(collector.port), { maxIdleMs: 0 });
    for (const line of ["0", "1"]) await sink.write(encode(`${line}\n`));
    expect([collector.lines, collector.connections]).toEqual([["0", "1"], 2]);
    await sink.close();
  });

  it("does not connect again once it is closed", async () => {
    await using collector = startCollector({ lines: 1 });
    const sink = createSocketSink(addressOf(collector.port));
    await sink.write(encode("0\n"));
    const write = expect(sink.write(encode("1\n"))).rejects.toThrow("the connection was closed");
    await sink.close();
    await write;
    expect(collector.connections).toBe(1);
    const late = createSocketSink(addressOf(collector.port));
    const first = expect(late.write(encode("2\n"))).rejects.toThrow();
    await late.close();
    await first;
    expect(collector.lines).not.toContain("2");
  });

  for (const [name, answer] of [["no number", "ok\n"], ["more than was sent", "2\n"]] as const) {
    it(`takes ${name} for no acknowledgement`, async () => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr as Deno.NetAddr;
      const answering = listener.accept().then(async (connection) => {
        await connection.read(new Uint8Array(100));
        await connection.write(encode(answer));
        return connection;
      });
      const sink = createSocketSink(addressOf(port), { timeoutMs: 30_000 });
      await expect(sink.write(encode("a line\n"))).rejects.toThrow("the connection was closed");
      (await answering).close();
      listener.close();
      await sink.close();
    });
  }

  it("speaks to a Unix socket too", async () => {
    const path = `${await Deno.makeTempDir({ prefix: "cqlgate-test-" })}/audit.sock`;
    const listener = Deno.listen({ transport: "unix", path });
    const answering = listener.accept().then(async (connection) => {
      await connection.read(new Uint8Array(10));
      await connection.write(encode("1\n"));
      return connection;
    });
    const sink = createSocketSink({ transport: "unix", path });
    await sink.write(encode("0\n"));
    await sink.close();
    (await answering).close();
    listener.close();
  });
});
