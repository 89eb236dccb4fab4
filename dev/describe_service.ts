/**
 * What `deno task dev` says once everything is up: where things are, and a request to paste.
 *
 * @module
 */
import { describeUsers } from "./demo_users.ts";
import { DEV_ISSUER, fetchDemoUsers, fetchToken } from "./oidc/token_request.ts";

/** The text to print. If `deno task dev` started the provider, it also lists demo users and tokens. */
export async function describeService(
  service: { url: string; adminUrl: string },
  { ownProvider }: { ownProvider: boolean },
): Promise<string> {
  const task = await taskCommand();
  const paths = await pathsOf(service.url);
  const lines = [
    "",
    `  API docs  ${service.url}/docs${ownProvider ? "  (log in as a demo user)" : ""}`,
    `  Metrics   ${service.adminUrl}/metrics`,
  ];
  if (ownProvider) {
    const user = "writer";
    const token = await fetchToken({ issuer: DEV_ISSUER, user });
    const curl = (text: string) =>
      `  curl -H "Authorization: Bearer ${text}" ${service.url}${pathToTry(paths)}`;
    lines.push(
      `  OpenID    ${DEV_ISSUER}`,
      "",
      "Demo users",
      ...describeUsers(await fetchDemoUsers(DEV_ISSUER)),
      "",
      "Try",
      curl(`$(${task} --quiet token --user ${user})`),
      "or, with a token that is good for an hour,",
      curl(token),
      "",
      ...(DEMO_PATH in paths ? [`\`${task} demo\` loads a year of weather.`] : []),
    );
  }
  lines.push("Ctrl-C stops everything.", "");
  return lines.join("\n");
}

/** The operations of a service by path and method, as its OpenAPI document has them. */
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

interface Operation {
  readonly parameters?: readonly { readonly required?: boolean }[];
}

/** Where the demo writes to, if the project is the example. */
const DEMO_PATH = "/stations/{station_id}/observations";

async function pathsOf(url: string): Promise<Paths> {
  try {
    const response = await fetch(`${url}/openapi.json`);
    return (await response.json()).paths ?? {};
  } catch {
    // The certificate is not trusted, as is usual on a developer's machine.
    return {};
  }
}

/** A path that works as it is: a read without required parameters, else the route that says whose token it is. */
export function pathToTry(paths: Paths): string {
  const read = Object.entries(paths).find(([, { get }]) =>
    get !== undefined && !get.parameters?.some(({ required }) => required)
  );
  return read?.[0] ?? "/docs/caller";
}

/** How the user runs a task: with `deno` where a shell would find it, else through npx. */
async function taskCommand(): Promise<string> {
  // npx and deno put such folders on the path of what they run; they are not on the user's.
  const path = (Deno.env.get("PATH") ?? "").split(":")
    .filter((directory) => directory !== "" && !directory.endsWith("node_modules/.bin"));
  for (const directory of path) {
    try {
      if ((await Deno.stat(`${directory}/deno`)).isFile) return "deno task";
    } catch {
      // Not there.
    }
  }
  return "npx -y deno task";
}
