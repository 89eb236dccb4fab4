/**
 * A project as Kubernetes mounts it from a ConfigMap: each name is a link through `..data`, and a new
 * version is there as soon as that link leads to another folder.
 *
 * @module
 */

/** Files by their paths, such as `queries/own.cql`. */
export type Files = Readonly<Record<string, string>>;

export interface MountedProject extends AsyncDisposable {
  readonly path: string;
  /** Replaces every file at once. */
  mount(files: Files): Promise<void>;
}

export async function mountProject(files: Files): Promise<MountedProject> {
  const path = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  let version = 0;
  const links = new Set<string>();
  async function mount(files: Files): Promise<void> {
    const folder = `..${++version}`;
    for (const [name, text] of Object.entries(files)) {
      const file = `${path}/${folder}/${name}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    await Deno.symlink(folder, `${path}/..next`);
    await Deno.rename(`${path}/..next`, `${path}/..data`);
    for (const [top] of Object.keys(files).map((name) => name.split("/"))) {
      if (links.has(top!)) continue;
      links.add(top!);
      await Deno.symlink(`..data/${top}`, `${path}/${top}`);
    }
  }
  await mount(files);
  return { path, mount, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
