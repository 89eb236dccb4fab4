/**
 * A Keycloak on this machine, in memory: started for a test, with its administration over REST.
 *
 * @module
 */
import { freePort } from "../../dev/ports.ts";
import { fetchKeycloak } from "./distribution.ts";

export interface Keycloak extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /**
   * A request to the administration, such as `realms`.
   *
   * @throws {Error} with Keycloak's answer if it refuses
   */
  admin<Json>(method: string, path: string, json?: unknown): Promise<Json>;
}

const ADMIN = { username: "admin", password: "admin-s3cret" };
/** Some 20 s, unless the machine has much else to do. */
const START_TIMEOUT_MS = 600_000;
const INTERVAL_MS = 250;

export async function startKeycloak(): Promise<Keycloak> {
  const home = await fetchKeycloak();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = await Deno.makeTempFile({ prefix: "cqlgate-keycloak-", suffix: ".log" });
  const options = ["--db=dev-mem", "--http-host=127.0.0.1", `--http-port=${port}`, "--cache=local"];
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$@" >"$LOG" 2>&1', "sh", `${home}/bin/kc.sh`, "start-dev", ...options],
    env: {
      LOG: logFile,
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      JAVA_OPTS_KC_HEAP: "-Xms128m -Xmx512m",
    },
  }).spawn();
  let hasEnded = false;
  child.status.then(() => hasEnded = true);

  async function stop(): Promise<void> {
    if (!hasEnded) child.kill("SIGTERM");
    await child.status;
    await Deno.remove(logFile);
  }

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!await answers(`${url}/realms/master`)) {
    if (hasEnded || Date.now() > deadline) {
      const log = (await Deno.readTextFile(logFile)).slice(-2_000);
      await stop();
      throw new Error(`Cannot start Keycloak:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  return {
    url,
    async admin(method, path, json) {
      const response = await fetch(`${url}/admin/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await adminToken(url)}`,
          "content-type": "application/json",
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`Cannot ${method} "${path}": Keycloak answers ${response.status} ${text}`);
      }
      return text === "" ? null : JSON.parse(text);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok, body } = await fetch(url);
    await body?.cancel();
    return ok;
  } catch {
    return false;
  }
}

/** A new one for each request: it lives for a minute. */
async function adminToken(url: string): Promise<string> {
  const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "admin-cli", ...ADMIN }),
  });
  return (await response.json()).access_token;
}
