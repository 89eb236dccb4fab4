/**
 * Builds what a stage of the Dockerfile puts into its image, without an engine: the same files, and the same
 * commands in a folder of their own.
 *
 * @module
 */
import { run } from "./tools.ts";

export interface Image extends AsyncDisposable {
  /** In place of `/app`. */
  readonly app: string;
  /** In place of `/deno-dir`: the packages, and what Deno made of the code. */
  readonly packages: string;
  /** The words that a container starts with. */
  readonly command: readonly string[];
}

/** What `.dockerignore` leaves out of the folders that it names. */
const LEFT_OUT = /_test\.ts$|\/fixtures(\/|$)/;

export async function buildImage(stage: string): Promise<Image> {
  const root = await Deno.makeTempDir({ prefix: "cqlgate-image-" });
  await Deno.chmod(root, 0o755);
  const [app, packages] = [`${root}/app`, `${root}/packages`];
  await Deno.mkdir(app);
  const lines = (await textOf(stage)).replaceAll(/\\\n\s*/g, "").split("\n");
  for (const line of lines) {
    const [, instruction, rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (instruction === "COPY") {
      const paths = rest.split(" ");
      const target = paths.pop()!;
      for (const path of paths) {
        await copy(path, target.endsWith("/") ? `${app}/${target}${path}` : `${app}/${target}`);
      }
    } else if (instruction === "RUN") {
      // Folders outside are for the engine.
      const script = rest.replace(/ && install -d .*/, "");
      const env = { DENO_DIR: packages, DENO_NO_UPDATE_CHECK: "1" };
      const { success, output } = await run("sh", ["-c", script], { cwd: app, env });
      if (!success) throw new Error(`Cannot build the image: ${script}\n${output}`);
    }
  }
  const command = lines.find((line) => line.startsWith("CMD "))!.slice("CMD ".length);
  return {
    app,
    packages,
    command: JSON.parse(command),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function textOf(stage: string): Promise<string> {
  const stages = (await Deno.readTextFile("Dockerfile")).split(/^(?=FROM )/m);
  return stages.find((text) => text.split("\n")[0]!.endsWith(` AS ${stage}`))!;
}

async function copy(from: string, to: string): Promise<void> {
  if (LEFT_OUT.test(from)) return;
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

/** Bytes of all files of a folder. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    bytes += isDirectory ? await sizeOf(path) : (await Deno.lstat(path)).size;
  }
  return bytes;
}

/** The names of the packages in an image. */
export async function packagesOf({ packages }: Image): Promise<string[]> {
  const names: string[] = [];
  for await (const { name: registry } of Deno.readDir(`${packages}/npm`)) {
    for await (const { name } of Deno.readDir(`${packages}/npm/${registry}`)) {
      if (!name.startsWith("@")) names.push(name);
      else {
        for await (const each of Deno.readDir(`${packages}/npm/${registry}/${name}`)) {
          names.push(`${name}/${each.name}`);
        }
      }
    }
  }
  return names.toSorted();
}
