/**
 * `deno task bench:profile`: where the gateway's time goes while it answers one kind of request, by area of its code.
 * The profile itself is written too: the performance panel of a browser shows it.
 *
 *     deno task bench:profile [--work read-1] [--seconds 10] [--output bench/results]
 *
 * `CASSANDRA_CONTACT_POINTS` names a cluster to run on; without it, a node is started.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { freePort } from "../../dev/ports.ts";
import { CONTENDERS } from "../contenders/contenders.ts";
import { runClosedLoop } from "../load/closed_loop.ts";
import { startServer } from "../measure/server_process.ts";
import { setStage } from "../measure/stage.ts";
import { type BenchOptions, readOptions } from "../options.ts";
import { runBench } from "../run_bench.ts";
import { sharesOf } from "./areas.ts";
import { recordProfile } from "./record_profile.ts";

const ROOT = new URL("../../", import.meta.url);
/** V8 goes on compiling for a hundred thousand requests. */
const WARM_UP_SECONDS = 20;

async function profile(options: BenchOptions): Promise<void> {
  const [work] = options.works;
  if (work?.kind !== "requests") {
    throw new TypeError("Cannot profile a transfer: name a work of requests");
  }
  await using stack = new AsyncDisposableStack();
  const stage = await setStage(options, stack);
  const contender = CONTENDERS.find(({ name }) => name === "gateway")!;
  const { command: [deno, run, ...args], env, cwd } = await contender.prepare(
    fileURLToPath(new URL(".dev/bench", ROOT)),
    stage.settings,
  );
  const inspector = `127.0.0.1:${freePort()}`;
  const server = await startServer({
    command: [deno!, run!, `--inspect=${inspector}`, ...args],
    env: { ...stage.settings, PORT: `${freePort()}`, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    logFile: `${stage.folder}/profile.log`,
  });
  stack.defer(() => server.stop());
  const load = async (seconds: number) =>
    await runClosedLoop({
      url: server.url,
      requestsFile: await stage.requestsFile(work),
      tokensFile: stage.tokensFile,
      rowsOfRequest: work.rows,
      connections: work.connections,
      seconds,
    });
  await load(WARM_UP_SECONDS);
  const loaded = load(options.seconds + 2);
  const recorded = await recordProfile(inspector, options.seconds);
  const { requests } = await loaded;
  const path = `${options.output}/${work.name}.cpuprofile`;
  await Deno.mkdir(options.output, { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(recorded));
  console.log(`${work.title}, ${requests} requests; shares of the busy time of the main thread:\n`);
  for (const { area, share } of sharesOf(recorded, ROOT.href)) {
    console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${area}`);
  }
  console.error(`\nWritten to ${path}`);
}

if (import.meta.main) {
  await runBench("bench:profile", async () => {
    const { values } = parseArgs({
      options: {
        work: { type: "string", default: "read-1" },
        seconds: { type: "string", default: "10" },
        output: { type: "string", default: "bench/results" },
      },
    });
    const { work, seconds, output } = values;
    await profile(
      readOptions(["--only", "gateway", "--work", work, "--seconds", seconds, "--output", output]),
    );
  });
}
