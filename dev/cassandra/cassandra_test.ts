import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import process from "node:process";
import { eventually } from "../../tests/support/eventually.ts";
import { freePort, freePortForLater } from "../ports.ts";
import { type LocalCassandra, startCassandra } from "./cassandra.ts";
import { speaksCql } from "./cql_probe.ts";

const log = () => {};

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("startCassandra()", () => {
  let directory: string;
  let node: LocalCassandra;
  let address: { hostname: string; port: number };

  before(async () => {
    directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    address = { hostname: "127.0.0.1", port: freePortForLater() };
    node = await startCassandra({
      directory: `${directory}/a`,
      nativePort: address.port,
      isShortLived: true,
      hasFewThreads: true,
      log,
    });
  });
  after(async () => {
    await node.kill();
    await Deno.remove(directory, { recursive: true });
  });

  it("resolves to a node that answers CQL", async () => {
    expect(node.contactPoint).toBe(`127.0.0.1:${address.port}`);
    expect(await speaksCql(address)).toBe(true);
  });

  it("has a few threads for each processor if it is asked to", async () => {
    const yaml = await Deno.readTextFile(`${directory}/a/conf/cassandra.yaml`);
    const threads = Number(/^native_transport_max_threads: (\d+)$/m.exec(yaml)?.[1]);
    expect(threads).toBe(4 * navigator.hardwareConcurrency);
  });

  it("rejects a folder that another node uses", async () => {
    await expect(
      startCassandra({ directory: `${directory}/a`, nativePort: freePortForLater(), log }),
    )
      .rejects.toThrow(`another one runs on "${directory}/a"`);
  });

  it("rejects a port where a Cassandra listens, and says how to use that one", async () => {
    await expect(startCassandra({ directory: `${directory}/b`, nativePort: address.port, log }))
      .rejects.toThrow(
        new RegExp(
          `127\\.0\\.0\\.1:${address.port}: the port is taken[^]*` +
            `CASSANDRA_CONTACT_POINTS=127\\.0\\.0\\.1:${address.port}`,
        ),
      );
  });

  it("rejects a port where something else listens, and leaves the folder free", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
    const nativePort = (listener.addr as Deno.NetAddr).port;
    const answering = (async () => {
      for await (const connection of listener) connection.close();
    })();
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(startCassandra({ directory: `${directory}/b`, nativePort, log }))
        .rejects.toThrow(/the port is taken[^]*Stop the process that listens there/);
    }
    listener.close();
    await answering;
  });

  it("rejects with what the JVM said, if that dies while it starts", async () => {
    const options = { directory: `${directory}/c`, nativePort: freePortForLater(), heapMb: 1, log };
    await expect(startCassandra(options)).rejects.toThrow(/it ended with code 1\n[^]*heap/);
  });

  it("gives up when its signal is aborted, and leaves no node", async () => {
    const nativePort = freePortForLater();
    const stop = new AbortController();
    const onLog = (line: string) => {
      if (line.startsWith("Starting")) setTimeout(() => stop.abort(new Error("stopped")), 200);
    };
    const options = { directory: `${directory}/d`, nativePort, signal: stop.signal, log: onLog };
    await expect(startCassandra(options)).rejects.toThrow("stopped");
    // A running node would still hold the lock on the folder.
    using lock = await Deno.open(`${directory}/d/lock`, { write: true });
    expect(await lock.tryLock(true)).toBe(true);
  });

  it("keeps its data over a kill", async () => {
    const { pid } = node;
    await node.kill();
    expect(isRunning(pid)).toBe(false);
    // It had no time to remove what it had unpacked.
    const unpacked = async () =>
      (await Array.fromAsync(Deno.readDir(`${directory}/a/tmp`), ({ name }) => name)).sort();
    const former = await unpacked();
    expect(former).not.toEqual([]);
    await node.restart();
    expect(node.pid).not.toBe(pid);
    expect((await unpacked()).filter((name) => former.includes(name))).toEqual([]);
    expect(await speaksCql(address)).toBe(true);
    const log = await Deno.readTextFile(node.logFile);
    expect(log.match(/No host ID found, created/g)).toHaveLength(1);
  });

  it("leaves no process after stop()", async () => {
    await node.stop();
    expect(isRunning(node.pid)).toBe(false);
    expect(await speaksCql(address)).toBe(false);
  });

  it("does not outlive a process that is killed", async () => {
    const program = `
      import { startCassandra } from "${new URL("./cassandra.ts", import.meta.url)}";
      const options = ${
      JSON.stringify({ directory: `${directory}/e`, nativePort: freePortForLater() })
    };
      console.log((await startCassandra({ ...options, isShortLived: true, log() {} })).pid);`;
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const { value } = await parent.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
    const pid = Number(value);
    expect(isRunning(pid)).toBe(true);
    parent.kill("SIGKILL");
    await parent.status;
    await eventually("it has ended, too", () => !isRunning(pid));
  });
});
