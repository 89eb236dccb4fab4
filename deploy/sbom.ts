/**
 * `deno task sbom`: prints what the image is made of, as CycloneDX 1.6 in JSON: the packages of the
 * service as `deno.lock` pins them, with their hashes and what depends on what, and the image that it is
 * built on. The same checkout always gives the same text.
 *
 * Source: https://cyclonedx.org/docs/1.6/json/; package URLs as in
 * https://github.com/package-url/purl-spec.
 *
 * @module
 */
import {
  dependenciesOf,
  type Lock,
  type Manifest,
  productionLock,
  productionManifest,
} from "./production_packages.ts";

export interface Component {
  readonly type: "application" | "container" | "library";
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

export interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** The files of a checkout. */
export interface Checkout {
  readonly manifest: Manifest & { readonly name: string; readonly version: string };
  readonly lock: Lock;
  readonly dockerfile: string;
}

/** @throws {TypeError} if a package has no hash, or the Dockerfile no base image */
export function createSbom({ manifest, lock, dockerfile }: Checkout): Sbom {
  const production = productionLock(productionManifest(manifest), lock);
  const ids = Object.keys(production.npm);
  // Peers are part of an id, so one version of a package may have several.
  const libraries = new Map(ids.map((id) => {
    const component = libraryOf(id, production);
    return [component.purl, component];
  }));
  const base = baseImage(dockerfile);
  const application: Component = {
    type: "application",
    "bom-ref": `pkg:generic/${manifest.name}@${manifest.version}`,
    name: manifest.name,
    version: manifest.version,
    purl: `pkg:generic/${manifest.name}@${manifest.version}`,
  };
  const direct = Object.entries(production.specifiers)
    .map(([name, version]) =>
      purlOf(`${name.slice("npm:".length, name.lastIndexOf("@"))}@${version}`)
    );
  const edges = new Map<string, Set<string>>([
    [application.purl, new Set([base.purl, ...direct])],
    [base.purl, new Set()],
  ]);
  for (const id of ids) {
    const found = edges.get(purlOf(id)) ?? new Set();
    for (const each of dependenciesOf(production, id)) found.add(purlOf(each));
    edges.set(purlOf(id), found);
  }
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: application },
    components: [base, ...libraries.values()].toSorted((a, b) => a.purl < b.purl ? -1 : 1),
    dependencies: [...edges].map(([ref, on]) => ({ ref, dependsOn: [...on].toSorted() })),
  };
}

/** `@hono/zod-openapi@1.6.3_hono@4.13.19` → group, name and version; peers stand after the version. */
function partsOf(id: string): { group: string | null; name: string; version: string } {
  const [, group, name, version] = /^(?:(@[^/]+)\/)?([^@]+)@([^_]+)/.exec(id)!;
  return { group: group ?? null, name: name!, version: version! };
}

function purlOf(id: string): string {
  const { group, name, version } = partsOf(id);
  return `pkg:npm/${group === null ? "" : `${group.replace("@", "%40")}/`}${name}@${version}`;
}

function libraryOf(id: string, { npm }: Lock): Component {
  const { group, name, version } = partsOf(id);
  const [, base64] = /^sha512-(.+)$/.exec(npm[id]!.integrity ?? "") ?? [];
  if (base64 === undefined) {
    throw new TypeError(`Cannot describe "${id}": deno.lock has no SHA-512`);
  }
  return {
    type: "library",
    "bom-ref": purlOf(id),
    ...(group === null ? {} : { group }),
    name,
    version,
    purl: purlOf(id),
    hashes: [{ alg: "SHA-512", content: Uint8Array.fromBase64(base64).toHex() }],
  };
}

function baseImage(dockerfile: string): Component {
  const [, image, version] = /^FROM (\S+):(\S+) AS service$/m.exec(dockerfile) ?? [];
  if (image === undefined || version === undefined) {
    throw new TypeError('Cannot describe the image: the Dockerfile has no stage "service"');
  }
  const purl = `pkg:docker/${image}@${version}`;
  return { type: "container", "bom-ref": purl, name: image, version, purl };
}
