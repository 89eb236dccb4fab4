/**
 * A CPU profile of V8 → the share of each area of the service. A function's own time counts for its file. What the
 * runtime does counts for the file that called it; what nobody called, such as garbage collection, for itself.
 *
 * Source: the `Profiler` domain of the Chrome DevTools Protocol.
 *
 * @module
 */

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

export interface Profile {
  readonly nodes: readonly ProfileNode[];
  /** The node that was running, at each sample. */
  readonly samples: readonly number[];
  /** Before each sample, in microseconds. */
  readonly timeDeltas: readonly number[];
}

/** The areas, each with the beginnings of the paths that belong to it; the first that fits counts. */
const AREAS: readonly (readonly [area: string, paths: readonly string[]])[] = [
  ["Authentication and scopes", ["routes/auth/"]],
  ["Log, metrics and spans", [
    "observe/",
    ...["access_log", "note_caller", "timing", "tracing"].map((name) =>
      `routes/middleware/${name}`
    ),
    "composition/",
  ]],
  ["Load and quotas", ["routes/load/", "routes/quota/", "routes/middleware/shed_load"]],
  ["Answer", ["routes/respond/", "codec/json/", "db/prepare/rows/"]],
  ["Input", ["routes/input/", "routes/serve_query", "routes/mount", "routes/paging/", "codec/"]],
  ["Shared reads", ["db/share/"]],
  ["Statement", ["db/", "npm:cassandra-driver"]],
  ["Hono", ["npm:hono", "npm:@hono"]],
  ["Other steps of the pipeline", ["routes/", "server/"]],
];

const OTHER = "Other";
const RUNTIME = "Runtime";
const IDLE = "(idle)";
/** What V8 calls these where there is no function. */
const NATIVE: ReadonlyMap<string, string> = new Map([
  ["(garbage collector)", "Garbage collection"],
  ["(program)", RUNTIME],
]);

export interface AreaShare {
  readonly area: string;
  /** Of the busy time of the thread: 1 for all of it. */
  readonly share: number;
}

/** @param root the URL of the project's folder, with a slash at the end */
export function sharesOf({ nodes, samples, timeDeltas }: Profile, root: string): AreaShare[] {
  const areas = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const fill = (node: ProfileNode, caller: string | null): void => {
    const area = areaOf(node, root) ?? caller;
    areas.set(node.id, NATIVE.get(node.callFrame.functionName) ?? area ?? RUNTIME);
    for (const child of node.children ?? []) fill(byId.get(child)!, area);
  };
  if (nodes[0] !== undefined) fill(nodes[0], null);
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    if (byId.get(id)?.callFrame.functionName === IDLE) return;
    const area = areas.get(id) ?? OTHER;
    times.set(area, (times.get(area) ?? 0) + timeDeltas[index]!);
  });
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([area, time]) => ({ area, share: time / busy }))
    .sort((one, other) => other.share - one.share);
}

/** Null for the runtime's own. */
function areaOf({ callFrame: { url } }: ProfileNode, root: string): string | null {
  const path = pathOf(url, root);
  if (path === null) return null;
  return AREAS.find(([, paths]) => paths.some((start) => path.startsWith(start)))?.[0] ?? OTHER;
}

/** A file of the project, or `npm:` and the name of a package. */
function pathOf(url: string, root: string): string | null {
  if (url.startsWith(root)) return url.slice(root.length);
  const [, name] = /\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  return name === undefined ? null : `npm:${name}`;
}
