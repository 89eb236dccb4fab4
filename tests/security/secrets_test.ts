/**
 * Secrets stay secret: a service whose every secret setting has a value that is found again wherever it
 * shows up, in requests that succeed and fail, in outages and in mistakes.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Setting, SETTINGS } from "../../config/settings/settings.ts";
import { freePortForLater } from "../../dev/ports.ts";
import { taskArguments } from "../../dev/task_arguments.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { environment, runTask } from "../support/programs.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/telemetry/otlp_receiver.ts";

const ROWS: readonly Setting[] = Object.values(SETTINGS);
const NAMES = ROWS.filter(({ secret }) => secret).map(({ name }) => name);
/** What a password and a key of 32 bytes can both be. */
const SECRETS: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = Object.fromEntries(
  NAMES.map((name) => [name, crypto.getRandomValues(new Uint8Array(32))]),
);
const ENV = Object.fromEntries(NAMES.map((name) => [name, SECRETS[name]!.toBase64()]));

/** The names of the secrets that a text has, in any form. */
function secretsIn(text: string): string[] {
  return NAMES.filter((name) => {
    const bytes = SECRETS[name]!;
    const forms = [
      bytes.toBase64().replace(/=+$/, ""),
      bytes.toBase64({ alphabet: "base64url", omitPadding: true }),
      bytes.toHex(),
      encodeURIComponent(bytes.toBase64()),
      // As a record of bytes is printed.
      bytes.subarray(0, 8).join(),
      [...bytes.subarray(0, 8)].join(", "),
    ];
    return forms.some((form) => text.includes(form));
  });
}

interface Process extends AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  /** What it has printed, on both streams. */
  readonly output: string;
  /** Stops it, so that everything is printed and exported. */
  stop(): Promise<void>;
}

async function startProcess(env: Record<string, string>): Promise<Process> {
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("start", env),
    env: environment(env),
    clearEnv: true,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  }));
  const [, url, adminUrl] = await eventually(
    "it listens",
    () => /"url":"([^"]*)","adminUrl":"([^"]*)"/.exec(output) ?? undefined,
  );
  async function stop(): Promise<void> {
    child.kill("SIGTERM");
    await Promise.all([child.status, reading]);
  }
  return {
    url: url!,
    adminUrl: adminUrl!,
    get output() {
      return output;
    },
    stop,
    async [Symbol.asyncDispose]() {
      try {
        await stop();
      } catch {
        // It has ended already.
      }
    },
  };
}

describe("A secret", () => {
  let service: TestService & AsyncDisposable;
  let receiver: OtlpReceiver;
  let env: Record<string, string>;
  before(async () => {
    service = await startTestService({ cqlDir: EXAMPLE });
    receiver = startOtlpReceiver();
    env = {
      ...service.env,
      ...receiver.env,
      ...ENV,
      CASSANDRA_USERNAME: "cqlgate",
      INTROSPECTION_CLIENT_ID: "cqlgate",
      LOG_LEVEL: "debug",
      CQL_DIR: EXAMPLE,
    };
  });
  after(async () => {
    await receiver?.[Symbol.asyncDispose]();
    await service?.[Symbol.asyncDispose]();
  });

  /** Requests of every kind, and everything that is answered. */
  async function answersOf({ url, adminUrl }: Process): Promise<string> {
    const json = { "content-type": "application/json" };
    const authorization = `Bearer ${await service.token("writer")}`;
    const requests: [string, RequestInit?][] = [
      [`${adminUrl}/metrics`],
      [`${adminUrl}/readyz?verbose`],
      ...["/", "/docs", "/openapi.json", "/livez", "/readyz", "/nothing", "/stations/%ff"]
        .map((path): [string] => [url + path]),
      [`${url}/stations`, { headers: { authorization } }],
      [`${url}/stations?limit=1`, { headers: { authorization } }],
      [`${url}/stations?cursor=AAAA`, { headers: { authorization } }],
      [`${url}/stations`, { headers: { authorization: `${authorization}x` } }],
      [`${url}/stations`, { method: "POST", headers: { authorization, ...json }, body: "{" }],
      [`${url}/stations`, { method: "POST", headers: { authorization, ...json }, body: "{}" }],
      [`${url}/stations`, {
        method: "POST",
        headers: { authorization, ...json, "idempotency-key": "x" },
        body: "{}",
      }],
    ];
    const answers = await Promise.all(requests.map(async ([address, init]) => {
      const response = await fetch(address, init);
      return JSON.stringify([response.status, ...response.headers]) + await response.text();
    }));
    return answers.join("\n");
  }

  it("is found by this test in any form", () => {
    const bytes = SECRETS.CURSOR_KEY!;
    for (
      const text of [bytes.toBase64(), bytes.toHex(), `Uint8Array(32) [ ${[...bytes].join(", ")}`]
    ) {
      expect(secretsIn(`x${text}x`)).toEqual(["CURSOR_KEY"]);
    }
    expect(NAMES).toEqual(expect.arrayContaining(["CASSANDRA_PASSWORD", "CURSOR_KEY"]));
  });

  it("is in no answer, log, span or metric", async () => {
    // With it, the issuer would be asked about each token, and the dev provider cannot be.
    const { INTROSPECTION_CLIENT_ID: _, INTROSPECTION_CLIENT_SECRET: __, ...settings } = env;
    await using running = await startProcess(settings);
    await untilReady(running.url);
    const answers = await answersOf(running);
    await running.stop();
    expect(answers).toContain("invalid_cursor");
    expect(receiver.spans.length).toBeGreaterThan(10);
    expect(running.output).toContain('"code":"invalid_cursor"');
    expect(secretsIn(answers + running.output + receiver.text)).toEqual([]);
  });

  it("is in no answer, log or span while Cassandra is away", async () => {
    await using running = await startProcess({
      ...env,
      CASSANDRA_CONTACT_POINTS: `127.0.0.1:${freePortForLater()}`,
    });
    const answers = await answersOf(running);
    await running.stop();
    expect(answers).toContain("not_ready");
    expect(running.output).toContain("Cassandra");
    expect(secretsIn(answers + running.output + receiver.text)).toEqual([]);
  });

  it("is not printed by `deno task config`, which says where it comes from", async () => {
    const { code, stdout, stderr } = await runTask("config", { env });
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of NAMES) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\(set\\) +environment$`, "m"));
    }
    expect(stdout).toMatch(/^PORT +0 +environment$/m);
    expect(stdout).toMatch(/^MAX_BODY_BYTES +1048576 +default$/m);
    expect(secretsIn(stdout)).toEqual([]);
  });

  it("is in no report of a mistake, its own included", async () => {
    const broken = Object.fromEntries(NAMES.map((name) => [name, `${ENV[name]}!`]));
    const mistaken = { ...env, ...broken, PORT: "x", CASSANDRA_PASSWORDS: ENV.CASSANDRA_PASSWORD! };
    for (const task of ["config", "start"] as const) {
      const { code, stdout, stderr } = await runTask(task, { env: mistaken });
      expect(code).toBe(1);
      expect(stderr).toContain("CURSOR_KEY does not fit");
      expect(stderr).toContain('PORT is "x"');
      expect(secretsIn(stdout + stderr)).toEqual([]);
    }
  });
});
