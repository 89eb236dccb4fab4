/**
 * @module
 * What `deno task dev` says once all is up: where things are, and a request to paste.
 */

import { DEV_ISSUER, fetchToken } from "./oidc/token_request.ts";
import { DEMO_USERS } from "./oidc/users.ts";

/** The text to print. With a provider of its own, there are demo users and tokens to tell of. */
export async function describeService(
  service: { url: string; adminUrl: string },
  { ownProvider }: { ownProvider: boolean },
): Promise<string> {
  const task = await taskCommand();
  const lines = [
    "",
    `  API docs  ${service.url}/docs${ownProvider ? "  (log in as a demo user)" : ""}`,
    `  Metrics   ${service.adminUrl}/metrics`,
  ];
  if (ownProvider) {
    const user = "writer";
    const token = await fetchToken({ issuer: DEV_ISSUER, user });
    const curl = (text: string) =>
      `  curl -H "Authorization: Bearer ${text}" ${service.url}/stations`;
    lines.push(
      `  OpenID    ${DEV_ISSUER}`,
      "",
      "Demo users",
      ...Object.entries(DEMO_USERS).map(([name, { tenant, scopes }]) =>
        `  ${name.padEnd(8)}  tenant ${tenant}, scopes ${scopes.join(" ")}`
      ),
      "",
      "Try",
      curl(`$(${task} --quiet token --user ${user})`),
      "or, with a token that is good for an hour,",
      curl(token),
      "",
      `\`${task} demo\` loads a year of weather.`,
    );
  }
  lines.push("Ctrl-C stops everything.", "");
  return lines.join("\n");
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
