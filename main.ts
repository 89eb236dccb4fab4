/**
 * The process: reads the settings, starts the service with its log, and stops it on a signal.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Service, start } from "./composition/service.ts";
import { readConfig, readSettings } from "./config/config.ts";
import { exportsConsole } from "./config/console_export.ts";
import { effectiveSettings } from "./config/effective_settings.ts";
import { settingWarnings } from "./config/unknown_settings.ts";
import { LineWriter } from "./observe/log/line_writer.ts";
import { configureLogs, LOG_CATEGORY, logObservations } from "./observe/log/log.ts";
import { logStrayErrors } from "./observe/log/stray_errors.ts";
import { refineRuntimeSpans } from "./observe/runtime_spans.ts";
import { assertRuntime } from "./server/deno_release.ts";
import { stopOnSignal } from "./server/shutdown.ts";
import { heedHelp } from "./tasks/usage.ts";

export interface BootedService {
  readonly service: Service;
  flushLogs(): Promise<void>;
}

/** The service of a whole process: with its log, which has the errors that no code catches too. */
export async function boot(
  env: Readonly<Record<string, string | undefined>>,
): Promise<BootedService> {
  assertRuntime();
  const config = readConfig(env);
  const stdout = new LineWriter(Deno.stdout.writable);
  const { flush: flushLogs, logRequest } = await configureLogs({
    level: config.logLevel,
    format: config.logFormat,
    exportsConsole: exportsConsole(env),
    stdout,
  });
  refineRuntimeSpans();
  const logger = getLogger(LOG_CATEGORY);
  const observe = logObservations(logger);
  for (const message of settingWarnings(env)) {
    observe({ kind: "warning", message, cause: undefined });
  }
  logStrayErrors((message, properties) => logger.error(message, properties));
  const service = await start(config, {
    stdout,
    logRequest,
    reread: (keys) => readSettings(keys, env),
    settings: effectiveSettings(env),
  });
  return { service, flushLogs };
}

async function main(): Promise<void> {
  const started = Promise.withResolvers<BootedService>();
  let running: BootedService | null = null;
  // Without listeners, a signal that comes during the start ends the process, or is not even noticed where it
  // is the first one of a container.
  Deno.addSignalListener("SIGHUP", async () => {
    const { service } = await started.promise;
    service.reopenAudit();
    service.readControl();
    service.reloadQueries();
  });
  stopOnSignal(async () => {
    // Nobody waits for what only starts.
    if (running === null) return;
    const { service, flushLogs } = running;
    await service.close().finally(flushLogs);
    await service.settle();
  });
  running = await boot(Deno.env.toObject());
  started.resolve(running);
}

if (import.meta.main) {
  heedHelp("start");
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
