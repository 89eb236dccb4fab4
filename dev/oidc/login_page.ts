/**
 * The log-in page of the local OIDC provider: a form with a button for each demo user. It has no script,
 * follows the reader's colour scheme, and fits a phone.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { DemoUsers } from "./users.ts";

/** What the page shows. */
export type LoginState =
  | {
    readonly kind: "choose";
    /** The path that the form is sent to. */
    readonly action: string;
    /** The page that asked for the log-in, and that the browser goes back to. */
    readonly client: URL;
    /** Whether a name was sent that no demo user has. */
    readonly unknown: boolean;
    readonly users: DemoUsers;
  }
  | {
    /** The log-in was begun too long ago, or in another browser. */
    readonly kind: "stale";
  };

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
  --line: light-dark(#d4d4d8, #3f3f46); --dim: light-dark(#52525b, #a1a1aa);
  --back: light-dark(#f4f4f5, #09090b); --card: light-dark(#fff, #18181b);
  --accent: light-dark(#1d4ed8, #93c5fd); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--back); }
main { width: 100%; max-width: 26rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 1.75rem; overflow-wrap: anywhere; }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 .5rem; }
p { margin: 0 0 1.25rem; color: var(--dim); }
p[role=alert] { color: light-dark(#b91c1c, #fca5a5); }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
button { width: 100%; text-align: left; font: inherit; color: inherit; cursor: pointer;
  background: transparent; border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
strong, small { display: block; }
strong { color: var(--accent); }
small { color: var(--dim); }
footer { margin-top: 1.25rem; font-size: .8125rem; color: var(--dim); }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** The page, and the headers that it is sent with. */
export function loginPage(
  state: LoginState,
): { readonly html: string; readonly headers: Readonly<Record<string, string>> } {
  const body = state.kind === "choose" ? chooser(state) : stale();
  return {
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in – local provider</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
<footer>This is the local OpenID provider of <code>deno task dev</code>. Its users need no password.
</footer>
</main>
</body>
</html>
`,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "content-security-policy": [
        "default-src 'none'",
        `style-src 'sha256-${STYLE_HASH}'`,
        "img-src data:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        // The redirects that follow count, too: the last one leads back to the client.
        `form-action 'self'${state.kind === "choose" ? ` ${state.client.origin}` : ""}`,
      ].join("; "),
    },
  };
}

function chooser({ action, client, unknown, users }: LoginState & { kind: "choose" }): string {
  const buttons = Object.entries(users).map(([name, { tenant, scopes }]) =>
    `<li><button name="user" value="${escaped(name)}">
<strong>Log in as ${escaped(name)}</strong>
<small>Tenant ${escaped(tenant)}</small>
<small>${escaped(scopes.join(", "))}</small>
</button></li>`
  );
  return `<h1>Log in</h1>
${unknown ? '<p role="alert">There is no such user. Choose one of these.</p>' : ""}
<p>to go on to ${escaped(client.host + client.pathname)}</p>
<form method="post" action="${escaped(action)}">
<ul aria-label="Demo users">
${buttons.join("\n")}
</ul>
</form>`;
}

function stale(): string {
  return `<h1>This log-in has expired</h1>
<p role="alert">Go back to the page that you came from, and log in from there again.</p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
