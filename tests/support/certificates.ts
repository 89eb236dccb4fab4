/**
 * Certificates as an operator makes them, with `openssl`: an authority, and what it signs. The stores of
 * Cassandra's own kind are made with `keytool`, which comes with Java.
 *
 * @module
 */

export interface Certificate {
  /** The paths of the PEM files. */
  readonly cert: string;
  readonly key: string;
}

/**
 * Puts a certificate and its key in place of others that a service reads now and then, as `NAME.pem` and `NAME.key`. Both
 * change at once, as far as two files can: one of them alone for a while is a mistake that the service tells.
 */
export async function replaceCertificate(
  folder: string,
  name: string,
  { cert, key }: Certificate,
): Promise<void> {
  const targets = [`${folder}/${name}.pem`, `${folder}/${name}.key`];
  for (const [index, source] of [cert, key].entries()) {
    await Deno.copyFile(source, `${targets[index]}.new`);
  }
  for (const target of targets) Deno.renameSync(`${target}.new`, target);
}

/** An authority whose files are in a folder. */
export interface Authority {
  /** The path of its certificate. */
  readonly cert: string;
  /** Signs a certificate for this machine, or for other names. */
  issue(name: string, names?: readonly string[]): Promise<Certificate>;
}

const THIS_MACHINE = ["DNS:localhost", "IP:127.0.0.1"];
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
export const STORE_PASSWORD = "changeit";

export async function createAuthority(folder: string, name: string): Promise<Authority> {
  const cert = `${folder}/${name}.pem`;
  const key = `${folder}/${name}.key`;
  await run("openssl", "req", "-x509", ...NEW_KEY, "-keyout", key, "-out", cert, "-days", "2", [
    ["-subj", `/CN=${name}`],
    ["-addext", "basicConstraints=critical,CA:TRUE"],
  ]);
  return {
    cert,
    async issue(leaf, names = THIS_MACHINE) {
      const path = `${folder}/${leaf}`;
      await run("openssl", "req", ...NEW_KEY, "-keyout", `${path}.key`, "-out", `${path}.csr`, [
        ["-subj", `/CN=${leaf}`],
      ]);
      await Deno.writeTextFile(
        `${path}.ext`,
        `subjectAltName=${names.join()}\nbasicConstraints=CA:FALSE\n`,
      );
      await run("openssl", "x509", "-req", "-in", `${path}.csr`, "-out", `${path}.pem`, [
        ["-CA", cert],
        ["-CAkey", key],
        ["-CAcreateserial", "-days", "2"],
        ["-extfile", `${path}.ext`],
      ]);
      return { cert: `${path}.pem`, key: `${path}.key` };
    },
  };
}

/** Entries of `cassandra.yaml` for a node that shows a certificate and asks clients for theirs. */
export async function clientEncryption(
  folder: string,
  { node, authority }: { readonly node: Certificate; readonly authority: Authority },
): Promise<Record<string, unknown>> {
  const keystore = `${folder}/keystore.p12`;
  const truststore = `${folder}/truststore.p12`;
  await run("openssl", "pkcs12", "-export", "-in", node.cert, "-inkey", node.key, [
    ["-out", keystore],
    ["-passout", `pass:${STORE_PASSWORD}`],
  ]);
  await run("keytool", "-importcert", "-noprompt", "-alias", "authority", [
    ["-file", authority.cert],
    ["-keystore", truststore],
    ["-storetype", "PKCS12", "-storepass", STORE_PASSWORD],
  ]);
  return {
    client_encryption_options: {
      enabled: true,
      // The test's own driver, and what waits for the node, speak without TLS.
      optional: true,
      keystore,
      keystore_password: STORE_PASSWORD,
      require_client_auth: true,
      truststore,
      truststore_password: STORE_PASSWORD,
      store_type: "PKCS12",
    },
  };
}

async function run(program: string, ...args: (string | string[][])[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: args.flat(2),
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot run ${program}: ${new TextDecoder().decode(stderr)}`);
}
