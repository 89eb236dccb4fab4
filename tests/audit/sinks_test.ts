/**
 * The places that a process can send its audit log to, each as operators set it.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { taskArguments } from "../../dev/task_arguments.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";
import { startCollector } from "../support/telemetry/audit_collector.ts";
import { startOtlpReceiver } from "../support/telemetry/otlp_receiver.ts";
import { createAuditFile, readEvent } from "./audit_events.ts";

const CQL = {
  migration: "CREATE TABLE items (id text PRIMARY KEY, n int);",
  queries: `
-- name: put_item :exec
-- @route PUT /items/{id}
-- @scope stations:write
INSERT INTO items (id, n) VALUES (:id, :n);
`,
};

let service: OwnService;
before(async () => {
  service = await startOwnService(CQL);
});
after(() => service?.[Symbol.asyncDispose]());

async function spawnReady(
  env: Record<string, string>,
  task: "start" | "start:audit" = "start",
): Promise<ServiceProcess> {
  const all = { ...service.env, CQL_DIR: service.config.cqlDir, ...env };
  const process = await spawnService(all, { args: taskArguments(task, all) });
  await untilReady(process.url);
  return process;
}

/** Writes an item. @returns what its event has to be like */
async function put({ url }: ServiceProcess, id: string): Promise<object> {
  const response = await service.request(`${url}/items/${id}`, { method: "PUT", json: { n: 1 } });
  await response.body?.cancel();
  expect(response.status).toBe(204);
  const key = [{ column: "id", value: id }];
  return expect.objectContaining({
    event: "outcome",
    outcome: "ok",
    partitions: [{ table: "items", key }],
  });
}

async function stop(process: ServiceProcess): Promise<void> {
  process.kill("SIGTERM");
  expect((await process.status).code).toBe(0);
}

describe("AUDIT_LOG=stdout", () => {
  for (const format of ["json", "pretty"]) {
    it(`writes events among the lines of the log, with LOG_FORMAT=${format}`, async () => {
      if (format === "pretty") return await expectAmongPretty();
      await using process = await spawnReady({ AUDIT_LOG: "stdout" });
      const expected = [await put(process, "a"), await put(process, "b")];
      await stop(process);
      const events = process.log.filter(({ schema }) => schema !== undefined)
        .map((event) => readEvent(JSON.stringify(event)));
      expect(events).toEqual(expected);
      expect(process.log.length).toBeGreaterThan(events.length);
    });
  }
});

/** What people read has events as lines of their own too. */
async function expectAmongPretty(): Promise<void> {
  const env = {
    ...service.env,
    CQL_DIR: service.config.cqlDir,
    AUDIT_LOG: "stdout",
    LOG_FORMAT: "pretty",
    NO_COLOR: "1",
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("start", env),
    env,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  let expected: object | undefined;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (expected !== undefined || !/\bReady\b/.test(text)) continue;
    const url = /http:\/\/[\w.:]+/.exec(text)![0];
    expected = await put({ url } as ServiceProcess, "p");
    child.kill("SIGTERM");
  }
  await child.status;
  const events = text.split("\n").filter((line) => line.startsWith("{")).map(readEvent);
  expect(events).toEqual([expected]);
}

describe("AUDIT_LOG=otlp", () => {
  it("exports each event as a log record, once, within its trace", async () => {
    await using receiver = startOtlpReceiver();
    await using process = await spawnReady({ AUDIT_LOG: "otlp", ...receiver.env });
    const expected = [await put(process, "a"), await put(process, "b")];
    await stop(process);
    const records = receiver.logs.filter(({ body }) => body.stringValue.includes('"schema"'));
    const events = records.map(({ body }) => readEvent(body.stringValue.trimEnd()));
    expect(events).toEqual(expected);
    const traces = receiver.spans.filter(({ name }) => name === "PUT /items/{id}")
      .map(({ traceId }) => traceId);
    expect(events.map((event) => "trace_id" in event && event.trace_id).sort())
      .toEqual(traces.sort());
  });

  it("is a mistake where nothing is exported", async () => {
    await expect(spawnReady({ AUDIT_LOG: "otlp" })).rejects.toThrow(
      'AUDIT_LOG is "otlp", but nothing is exported: set OTEL_DENO=true',
    );
  });
});

describe("AUDIT_LOG=file:…", () => {
  it("begins a new file after a rename, with SIGHUP or without", async () => {
    await using file = await createAuditFile();
    const { path } = file;
    await using process = await spawnReady({ AUDIT_LOG: `file:${path}` }, "start:audit");
    const events = async (path: string) =>
      (await Deno.readTextFile(path)).split("\n").slice(0, -1).map(readEvent);
    const written = (path: string) =>
      eventually(`there is an event in "${path}"`, async () => (await events(path)).length === 1);
    const first = await put(process, "a");
    await written(path);
    await Deno.rename(path, `${path}.1`);
    const second = await put(process, "b");
    await written(path);
    await Deno.rename(path, `${path}.2`);
    process.kill("SIGHUP");
    const third = await put(process, "c");
    await written(path);
    await stop(process);
    expect([await events(`${path}.1`), await events(`${path}.2`), await events(path)])
      .toEqual([[first], [second], [third]]);
  });
});

describe("AUDIT_LOG=socket:…", () => {
  it("sends intent and outcome to the collector before the answer, with AUDIT_FAILURE=refuse", async () => {
    await using collector = startCollector();
    await using process = await spawnReady({
      AUDIT_LOG: `socket:127.0.0.1:${collector.port}`,
      AUDIT_FAILURE: "refuse",
    });
    const outcome = await put(process, "a");
    const [intent, ...rest] = collector.lines.map(readEvent);
    expect([intent, rest]).toEqual([expect.objectContaining({ event: "intent" }), [outcome]]);
    await stop(process);
  });

  it("reaches a Unix socket with the permissions of start:audit", async () => {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    const path = `${folder}/audit.sock`;
    await using collector = startCollector({ path });
    await using process = await spawnReady({
      AUDIT_LOG: `socket:${path}`,
      AUDIT_FAILURE: "refuse",
    }, "start:audit");
    await put(process, "a");
    expect(collector.lines).toHaveLength(2);
    await stop(process);
    await Deno.remove(folder, { recursive: true });
  });
});
