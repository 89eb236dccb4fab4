/**
 * Keycloak's distribution: fetched once by Maven, as `tests/keycloak/pom.xml` names it, and kept in `.dev/`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { DEV_DIRECTORY } from "../../dev/directory.ts";
import { findMaven } from "../../dev/requirements.ts";

const POM = fileURLToPath(new URL("./pom.xml", import.meta.url));

/**
 * The folder with `bin/kc.sh`. It appears whole or not at all.
 *
 * @throws {Error} if Maven is missing or fails
 */
export async function fetchKeycloak(): Promise<string> {
  const version = await keycloakVersion();
  const directory = `${DEV_DIRECTORY}/keycloak-${version}`;
  if (await isFolder(directory)) return directory;

  console.log(`Fetching Keycloak ${version} with Maven, once: 160 MB …`);
  const partial = `${directory}.partial`;
  if (await isFolder(partial)) await Deno.remove(partial, { recursive: true });
  const { success, stdout } = await new Deno.Command(await findMaven(), {
    args: [
      "-q",
      "-B",
      "-f",
      POM,
      "dependency:unpack-dependencies",
      `-DoutputDirectory=${partial}`,
    ],
    stderr: "null",
  }).output();
  if (!success) {
    const error = /^\[ERROR\] .*$/m.exec(new TextDecoder().decode(stdout))?.[0] ?? "";
    throw new Error(`Cannot fetch Keycloak: Maven failed\n${error}`);
  }
  await Deno.rename(`${partial}/keycloak-${version}`, directory);
  await Deno.remove(partial, { recursive: true });
  return directory;
}

/** The version that the pom asks for, so that it is written down in one place. */
async function keycloakVersion(): Promise<string> {
  const pom = await Deno.readTextFile(POM);
  const version = /<artifactId>keycloak-quarkus-dist<\/artifactId>\s*<version>([^<]+)</.exec(pom);
  if (version === null) throw new Error(`Cannot read "${POM}": no version of Keycloak`);
  return version[1]!;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
