/**
 * @module
 * Notices when a file in `cql/` changes, so that `deno task dev` serves it without a restart.
 */

// Editors write a file in several steps.
const QUIET_MS = 200;

/** Calls back after each change, one call at a time; what it throws is printed, and the watch goes on. */
export function watchQueries(cqlDir: string, onChange: () => Promise<void>): Disposable {
  const watcher = Deno.watchFs(cqlDir);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve();
  (async () => {
    for await (const event of watcher) {
      if (event.kind === "access" || !event.paths.some((path) => path.endsWith(".cql"))) continue;
      clearTimeout(timer);
      timer = setTimeout(() => {
        last = last.then(onChange).catch((error) => {
          console.error(error instanceof Error ? error.message : error);
        });
      }, QUIET_MS);
    }
  })();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
