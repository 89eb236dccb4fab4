/**
 * A real Prometheus with the rules that ship, scraping services of a test.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { freePortForLater } from "../../dev/ports.ts";
import { eventually } from "../support/eventually.ts";

export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** Asks its HTTP API, such as `query?query=up`, and gives the member `data` of the answer. */
  ask(path: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>;
}

export interface PrometheusOptions {
  /** The admin ports to scrape. */
  readonly adminUrls: readonly string[];
  readonly scrapeIntervalMs: number;
}

/** Starts Prometheus on a copy of `deploy/prometheus/` with other targets and intervals. */
export async function startPrometheus(
  { adminUrls, scrapeIntervalMs }: PrometheusOptions,
): Promise<Prometheus> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-prometheus-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await cp("deploy/prometheus", folder, { recursive: true });
  const shipped = await Deno.readTextFile(`${folder}/prometheus.yml`);
  const config = shipped.replaceAll(
    /_(interval|timeout): \d+s$/gm,
    (_, what) => `_${what}: ${scrapeIntervalMs}ms`,
  );
  await Deno.writeTextFile(`${folder}/prometheus.yml`, config);
  const targets = adminUrls.map((url) => new URL(url).host);
  await Deno.writeTextFile(`${folder}/targets.yml`, JSON.stringify([{ targets }]));
  const url = `http://127.0.0.1:${freePortForLater()}`;
  const process = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${new URL(url).host}`,
      "--log.level=error",
    ],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  stack.defer(async () => {
    process.kill("SIGKILL");
    await process.status;
  });
  await eventually("Prometheus is ready", async () => {
    const response = await fetch(`${url}/-/ready`);
    await response.body?.cancel();
    return response.ok;
  });
  const running = stack.move();
  return {
    url,
    async ask(path, parameters = {}) {
      const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
      const { status, data, error } = await answer.json();
      if (status !== "success") throw new Error(`Prometheus says of ${path}: ${error}`);
      return data;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
