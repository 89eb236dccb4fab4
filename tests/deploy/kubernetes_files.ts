/**
 * The files of `deploy/kubernetes`, as far as tests ask about them: what `kustomize build` makes of an
 * overlay is for `deno task test:deploy`, which has that program.
 *
 * @module
 */
import { parse, parseAllDocuments } from "yaml";

export const KUBERNETES = "deploy/kubernetes";
/**
 * What `docs/operations.md` asks for after the requests: up to two seconds for the session, five for the audit
 * log, one each for the admin port and the log, two for exported metrics, and a few to spare.
 */
export const LAST_STEPS_MS = 15_000;
export const OVERLAYS = ["dc1", "dc2"] as const;

type Labels = Readonly<Record<string, string>>;

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly securityContext: unknown;
  readonly volumeMounts: readonly VolumeMount[];
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string; readonly optional?: boolean };
  readonly projected?: { readonly sources: readonly ProjectedSource[] };
}

export interface ProjectedSource {
  readonly secret?: { readonly name: string };
  readonly configMap?: { readonly name: string };
}

export interface Pod {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly terminationGracePeriodSeconds: number;
    readonly restartPolicy?: string;
    readonly securityContext: { readonly runAsUser: number };
    readonly containers: readonly [Container];
    readonly volumes: readonly Volume[];
  };
}

/** Of any kind; members that a kind does not have are undefined. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec: {
    readonly template: Pod;
    readonly activeDeadlineSeconds: number;
    readonly selector: Labels & { readonly matchLabels: Labels };
    readonly podSelector: { readonly matchLabels: Labels };
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly metrics: readonly { readonly pods?: { readonly metric: { readonly name: string } } }[];
    readonly ports: readonly { readonly name: string; readonly targetPort: string }[];
    readonly egress: readonly {
      readonly to: readonly {
        readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
      }[];
    }[];
    readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[];
    readonly jobLabel: string;
    readonly endpoints: readonly {
      readonly port: string;
      readonly path: string;
      readonly relabelings: readonly { readonly regex: string; readonly action: string }[];
    }[];
  };
}

export interface Kustomization {
  readonly labels?: readonly [{ readonly pairs: Labels }];
  readonly resources?: readonly string[];
  readonly configMapGenerator: readonly {
    readonly name: string;
    readonly files?: readonly string[];
    readonly options?: { readonly disableNameSuffixHash: boolean };
  }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

/** Every object of the base, in the order of its kustomization. */
export async function readBase(): Promise<Manifest[]> {
  const { resources = [] } = await readKustomization(`${KUBERNETES}/base`);
  const texts = await Promise.all(
    resources.map((name) => Deno.readTextFile(`${KUBERNETES}/base/${name}`)),
  );
  return texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest)
  );
}

export async function readKustomization(folder: string): Promise<Kustomization> {
  return parse(await Deno.readTextFile(`${folder}/kustomization.yaml`)) as Kustomization;
}

/** The settings of a data centre: those of the base, and its own over them. */
export async function readSettings(overlay: string): Promise<Record<string, string>> {
  const texts = await Promise.all(
    [`${KUBERNETES}/base`, `${KUBERNETES}/overlays/${overlay}`]
      .map((folder) => Deno.readTextFile(`${folder}/settings.env`)),
  );
  const lines = texts.join("\n").split("\n").filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(lines.map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
  }));
}

/**
 * Lays files out as a ConfigMap is mounted: the names are symbolic links into a folder that is replaced
 * whole.
 */
export async function mountConfigMap(folder: string, files: readonly string[]): Promise<void> {
  const version = "..2026_11_26_08_00_00.1";
  await Deno.mkdir(`${folder}/${version}`, { recursive: true });
  await Deno.symlink(version, `${folder}/..data`);
  for (const file of files) {
    const name = file.slice(file.lastIndexOf("/") + 1);
    await Deno.copyFile(file, `${folder}/${version}/${name}`);
    await Deno.symlink(`..data/${name}`, `${folder}/${name}`);
  }
}
