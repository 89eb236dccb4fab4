/**
 * Logging in: the code flow with PKCE (RFC 7636), back to this very page. The token stays in the storage of
 * the browser's tab: it survives a reload, and goes with the tab.
 *
 * @module
 */
import { ask } from "./ask.js";

const SESSION = "cqlgate-docs-session";
const ATTEMPT = "cqlgate-docs-attempt";
/** Set once somebody has logged out: the issuer then asks again who is there. */
const LOGGED_OUT = "cqlgate-docs-logged-out";

/** For the issuer's answer to a code. */
const TOKEN_TIMEOUT_MS = 15_000;

/**
 * @typedef {object} Session
 * @property {string} token an access token
 * @property {number} expiresAt in milliseconds since 1970
 */

/** The session of this tab; null if nobody is logged in. */
export function readSession() {
  const session = readJson(SESSION);
  if (session === null || session.expiresAt > Date.now()) return session;
  endSession();
  return null;
}

export function endSession() {
  sessionStorage.removeItem(SESSION);
}

export function logOut() {
  endSession();
  sessionStorage.setItem(LOGGED_OUT, "yes");
}

/**
 * Leaves for the issuer's log-in page.
 *
 * @param login the part `login` of the page's settings
 * @param scope what to ask for, separated by spaces
 */
export async function logIn(login, scope) {
  if (!isSecureContext) {
    throw new Error("Browsers log in only on pages that come over HTTPS, or from this machine");
  }
  const [state, verifier] = [randomText(), randomText()];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const parameters = new URLSearchParams({
    response_type: "code",
    client_id: login.clientId,
    redirect_uri: pageAddress(),
    scope,
    state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    // Some issuers give a token for an API only by this name; the others ignore it.
    audience: login.audience,
  });
  if (sessionStorage.getItem(LOGGED_OUT) !== null) parameters.set("prompt", "login");
  writeJson(ATTEMPT, { state, verifier, hash: location.hash });
  const url = new URL(login.authorization);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  location.assign(url);
}

/** Whether the issuer has sent the browser back. */
export function isBack() {
  const answer = new URLSearchParams(location.search);
  return answer.has("state") && (answer.has("code") || answer.has("error"));
}

/**
 * Finishes a log-in where the issuer has sent the browser back.
 *
 * @throws {Error} saying why it did not
 */
export async function finishLogIn(login) {
  const answer = new URLSearchParams(location.search);
  const [code, state, error] = ["code", "state", "error"].map((name) => answer.get(name));
  const attempt = readJson(ATTEMPT);
  sessionStorage.removeItem(ATTEMPT);
  // The code is good once: neither the history nor a reload has it again.
  history.replaceState(null, "", pageAddress() + (attempt?.hash ?? ""));
  if (login === null || attempt === null || attempt.state !== state) {
    throw new Error("This log-in was not begun here, or was already finished: log in again");
  }
  if (code === null) {
    throw new Error(`The issuer refuses: ${answer.get("error_description") ?? error}`);
  }
  const { response, body } = await ask(login.token, {
    whom: `the issuer at ${login.token}`,
    advice: `check that its client "${login.clientId}" has ${location.origin} as a web origin`,
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: login.clientId,
      code,
      redirect_uri: pageAddress(),
      code_verifier: attempt.verifier,
    }),
  });
  if (!response.ok || body.access_token === undefined) {
    const reason = body.error_description ?? body.error ?? "its answer has none";
    throw new Error(`The issuer gives no token: ${reason}`);
  }
  sessionStorage.removeItem(LOGGED_OUT);
  // Without a lifetime, the first refusal ends the session.
  const lifetimeMs = (body.expires_in ?? 3600) * 1000;
  writeJson(SESSION, { token: body.access_token, expiresAt: Date.now() + lifetimeMs });
}

/** Where this page is, as the issuer has to know it. */
function pageAddress() {
  return location.origin + location.pathname;
}

function randomText() {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64Url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readJson(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function writeJson(key, value) {
  sessionStorage.setItem(key, JSON.stringify(value));
}
