/**
 * Rewrites `deno.json` and `deno.lock` so that they name only the packages of the service, or those that
 * the arguments name. Deno caches every package that its lock file names, and an image needs none of those
 * that only tests and tools import. Images are built with it; a checkout stays as it is.
 *
 * @module
 */

/** What no module of the service imports: the names of the import map. */
export const DEVELOPMENT: readonly string[] = [
  "@opentelemetry/context-async-hooks",
  "@opentelemetry/core",
  "@opentelemetry/sdk-trace",
  "@redocly/openapi-core",
  "@std/expect",
  "@std/testing/bdd",
  "ajv-formats",
  "ajv/",
  "axe-core",
  "csv-parse/sync",
  "fast-check",
  "oidc-provider",
  "playwright-core",
  "vega-datasets",
  "yaml",
];

export interface Manifest {
  readonly imports: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

export interface LockedPackage {
  /** As in Subresource Integrity: `sha512-` and base64. */
  readonly integrity?: string;
  readonly dependencies?: readonly string[];
}

/** The parts of a lock file, version 5, that matter here. */
export interface Lock {
  /** `npm:zod@4.6.7` → the version, with its peers. */
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, LockedPackage>>;
  readonly workspace: { readonly dependencies: readonly string[] };
  readonly [member: string]: unknown;
}

export function productionManifest(manifest: Manifest): Manifest {
  return keepImports(manifest, (name) => !DEVELOPMENT.includes(name));
}

/** A manifest with only those imports that pass. */
function keepImports({ imports, ...rest }: Manifest, passes: (name: string) => boolean): Manifest {
  const kept = Object.entries(imports).filter(([name]) => passes(name));
  return { ...rest, imports: Object.fromEntries(kept) };
}

/** The lock file of a manifest that imports less. */
export function productionLock({ imports }: Manifest, lock: Lock): Lock {
  const specifiers = new Set(Object.values(imports).map(specifierOf));
  const kept = Object.entries(lock.specifiers).filter(([name]) => specifiers.has(name));
  const packages = reachable(lock, kept.map(([name, version]) => `${nameOf(name)}@${version}`));
  return {
    ...lock,
    specifiers: Object.fromEntries(kept),
    npm: Object.fromEntries(Object.entries(lock.npm).filter(([id]) => packages.has(id))),
    workspace: {
      ...lock.workspace,
      dependencies: lock.workspace.dependencies.filter((name) => specifiers.has(name)),
    },
  };
}

/** `npm:/hono@4.13.19/utils` → `npm:hono@4.13.19`. */
function specifierOf(target: string): string {
  return target.replace(/^npm:\/?(@[^/]+\/)?([^/]+).*$/, "npm:$1$2");
}

/** `npm:@hono/zod-openapi@1.6.3` → `@hono/zod-openapi`. */
function nameOf(specifier: string): string {
  return specifier.slice("npm:".length, specifier.lastIndexOf("@"));
}

/** The ids of the packages that a package depends on itself. */
export function dependenciesOf({ npm }: Pick<Lock, "npm">, id: string): string[] {
  return (npm[id]?.dependencies ?? []).map((dependency) => {
    // `ajv@npm:@redocly/ajv@8.18.3`: imported by another name than its own.
    const name = dependency.replace(/^.+@npm:/, "");
    if (name in npm) return name;
    // A dependency of which there is a single version is named without it.
    return Object.keys(npm).find((each) => each.startsWith(`${name}@`)) ?? name;
  });
}

/** The packages with these ids, and all that they depend on. */
function reachable({ npm }: Pick<Lock, "npm">, roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  const left = [...roots];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...dependenciesOf({ npm }, id));
  }
  return found;
}

if (import.meta.main) {
  const manifest: Manifest = JSON.parse(Deno.readTextFileSync("deno.json"));
  const lock: Lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
  const named = Deno.args;
  const kept = named.length === 0
    ? productionManifest(manifest)
    : keepImports(manifest, (name) => named.includes(name));
  Deno.writeTextFileSync("deno.json", JSON.stringify(kept, null, 2));
  Deno.writeTextFileSync("deno.lock", JSON.stringify(productionLock(kept, lock), null, 2));
}
