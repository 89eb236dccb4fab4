/**
 * What the local Cassandra needs on the machine, and what to tell somebody who lacks it.
 *
 * @module
 */

/** What to do without Java and Maven: any Cassandra will do. */
export const CONTAINER_ADVICE = `Or run Cassandra in a container and point the service at it:
  docker run -d -p 9042:9042 cassandra:5.0
  CASSANDRA_CONTACT_POINTS=127.0.0.1:9042 CASSANDRA_LOCAL_DATACENTER=datacenter1 \\
  CASSANDRA_REPLICATION=datacenter1:1 deno task dev`;

const INSTALL_JAVA = `Install Java 17 and put it on the PATH, or set JAVA_HOME to it:
  Debian, Ubuntu  sudo apt install openjdk-17-jre-headless
  Fedora          sudo dnf install java-17-openjdk-headless
  macOS           brew install openjdk@17`;

const INSTALL_MAVEN = `Install Maven, which fetches Cassandra's jars once:
  Debian, Ubuntu  sudo apt install maven
  Fedora          sudo dnf install maven
  macOS           brew install maven`;

/** Cassandra 5.0 runs on these; its start refuses others. */
const JAVA_VERSIONS = ["11", "17"];

type Environment = Readonly<Record<string, string>>;

/**
 * The command that starts a Java on which Cassandra 5.0 runs: that of `JAVA_HOME`, else of `PATH`.
 *
 * @param env default: the variables of this process
 * @throws {Error} saying how to install it, if it is missing or has the wrong version
 */
export async function findJava(env: Environment = Deno.env.toObject()): Promise<string> {
  const { JAVA_HOME: home } = env;
  const command = home ? `${home}/bin/java` : "java";
  const output = await run([command, "-version"], env);
  if (output === undefined) {
    throw new Error(
      `Cannot start Cassandra: there is no Java (looked for "${command}")\n` +
        `${INSTALL_JAVA}\n${CONTAINER_ADVICE}`,
    );
  }
  const version = /version "(?<major>\d+)/.exec(output)?.groups?.major;
  if (version === undefined || !JAVA_VERSIONS.includes(version)) {
    throw new Error(
      `Cannot start Cassandra: "${command}" is Java ${version ?? "of an unknown version"}, ` +
        `Cassandra 5.0 needs ${JAVA_VERSIONS.join(" or ")}\n${INSTALL_JAVA}\n${CONTAINER_ADVICE}`,
    );
  }
  return command;
}

/**
 * The command that starts Maven.
 *
 * @param env default: the variables of this process
 * @throws {Error} saying how to install it, if it is missing
 */
export async function findMaven(env: Environment = Deno.env.toObject()): Promise<string> {
  if (await run(["mvn", "--version"], env) === undefined) {
    throw new Error(
      `Cannot fetch Cassandra: there is no Maven (looked for "mvn")\n` +
        `${INSTALL_MAVEN}\n${CONTAINER_ADVICE}`,
    );
  }
  return "mvn";
}

/** What a command prints on both its streams, or undefined if there is no such command. */
async function run(
  [command, ...args]: [string, ...string[]],
  env: Environment,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await new Deno.Command(command, { args, env, clearEnv: true })
      .output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
