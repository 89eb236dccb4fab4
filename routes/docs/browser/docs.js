/**
 * The docs page: the bar above, and the reference below. Requests that the reference sends to this service
 * carry the token of whoever is logged in; no other request does.
 *
 * @module
 */
import { ask } from "./ask.js";
import {
  fetchCaller,
  operationsIn,
  RefusedTokenError,
  scopesOf,
  withBadges,
  withCaller,
} from "./caller.js";
import { endSession, finishLogIn, isBack, logIn, logOut, readSession } from "./login.js";
import { NextPage } from "./next_page.js";
import { ChosenFiles, withTryOut } from "./try_out.js";

const settings = JSON.parse(document.body.dataset.settings);
/** Where the API is, as seen from this page: its folder, without the slash. */
const base = new URL(".", location.href).href.replace(/\/$/, "");
const byId = (id) => document.getElementById(id);

/** Shows a message under the bar. */
function notify(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = false;
}

/**
 * Gives the reference's style elements the nonce that the page's policy asks for, and watches its controls for
 * files, which are no part of the page.
 */
function adaptElements(chosenFiles) {
  const nonce = document.querySelector("meta[property=csp-nonce]").content;
  const createElement = Document.prototype.createElement;
  Document.prototype.createElement = function (...names) {
    const element = createElement.apply(this, names);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    if (element instanceof HTMLInputElement) chosenFiles.watch(element);
    return element;
  };
}

function loadScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("Cannot load the reference")));
    document.head.append(script);
  });
}

async function fetchDocument() {
  const { response, body } = await ask("openapi.json", { whom: "the service" });
  if (!response.ok) throw new Error(body.detail);
  return { ...body, servers: [{ url: base }] };
}

/**
 * Sends a request of the reference's.
 *
 * @param document the whole one
 */
function createSender({ nextPage, chosenFiles, document }) {
  return async function send(input, init) {
    const request = new Request(input, init);
    if (!request.url.startsWith(`${base}/`)) return await fetch(request);
    const session = readSession();
    const headers = new Headers(request.headers);
    // An empty token counts as no token.
    const isGiven = /^bearer\s+\S/i.test(headers.get("authorization") ?? "");
    if (!isGiven) headers.delete("authorization");
    if (!isGiven && session !== null) headers.set("authorization", `Bearer ${session.token}`);
    // Whole: browsers send a body as a stream only over HTTP/2.
    const body = request.body === null ? null : await request.arrayBuffer();
    const { method, signal, url } = request;
    if (body !== null) {
      const type = headers.get("content-type");
      headers.set("content-type", chosenFiles.typeOf(body, { type, method, url, base, document }));
    }
    const response = await fetch(nextPage.addressFor(request.url), {
      method,
      headers,
      body,
      signal,
    });
    if (response.status === 401 && !isGiven && session !== null) endLogIn();
    void nextPage.show(response.clone());
    return response;
  };
}

function endLogIn() {
  endSession();
  byId("caller").hidden = true;
  byId("log-out").hidden = true;
  byId("log-in").hidden = false;
  notify("Your log-in has ended. Log in again.");
}

/** The caller of the session; null if there is none. */
async function currentCaller() {
  const session = readSession();
  if (session === null) return null;
  setTimeout(endLogIn, Math.min(session.expiresAt - Date.now(), 2 ** 31 - 1));
  try {
    return await fetchCaller(session.token);
  } catch (error) {
    if (error instanceof RefusedTokenError) {
      endSession();
      notify(`You are not logged in: ${error.message}`);
    } else {
      const advice = "Reload the page to ask again.";
      notify(`You are logged in, but cannot be shown as whom: ${error.message}. ${advice}`);
    }
    return null;
  }
}

function showCaller(caller, { total, onFilter }) {
  const details = byId("caller");
  const count = operationsIn(caller.allowed).length;
  const summary = details.querySelector("summary");
  summary.textContent = caller.subject;
  const facts = {
    "Logged in as": caller.subject,
    "by": caller.issuer,
    "until": new Date(caller.expires_at).toLocaleTimeString(),
    "Scopes": caller.scopes.join(" ") || "none",
    "May call": `${count} of ${total} operations`,
  };
  for (const [name, value] of Object.entries(facts)) {
    const [term, definition] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    definition.textContent = value;
    details.querySelector("dl").append(term, definition);
  }
  details.querySelector("input").addEventListener("change", (event) => {
    onFilter(event.target.checked);
  });
  details.hidden = false;
}

/** Closes the panel about the caller as menus close. */
function closeCaller(event) {
  const details = byId("caller");
  const isElsewhere = event.type === "click" && !details.contains(event.target);
  if (!isElsewhere && event.key !== "Escape") return;
  if (details.open && event.key === "Escape") details.querySelector("summary").focus();
  details.open = false;
}

/** Finishes the log-in with which somebody comes back from the issuer. */
async function endVisit() {
  notify("Logging in …");
  try {
    await finishLogIn(settings.login);
    byId("notice").hidden = true;
  } catch (error) {
    notify(error.message);
  }
}

async function start() {
  const chosenFiles = new ChosenFiles();
  adaptElements(chosenFiles);
  for (const type of ["click", "keydown"]) document.addEventListener(type, closeCaller);
  const script = loadScript("docs/reference.js");
  if (isBack()) await endVisit();
  const [whole, caller] = await Promise.all([fetchDocument(), currentCaller(), script]);

  const customFetch = createSender({ nextPage: new NextPage(), chosenFiles, document: whole });
  const configuration = (content) => ({
    content: withTryOut(content),
    customFetch,
    withDefaultFonts: false,
    hideClientButton: true,
    documentDownloadType: "none",
    showDeveloperTools: "never",
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
  });
  const marked = caller === null ? whole : withCaller(withBadges(whole, caller), caller);
  const reference = globalThis.Scalar.createApiReference("#reference", configuration(marked));

  if (caller !== null) {
    const allowed = withCaller({ ...caller.allowed, servers: whole.servers }, caller);
    showCaller(caller, {
      total: operationsIn(whole).length,
      onFilter: (isFiltered) =>
        reference.updateConfiguration(configuration(isFiltered ? allowed : marked)),
    });
  }
  const isLoggedIn = readSession() !== null;
  byId("log-out").hidden = !isLoggedIn;
  byId("log-out").addEventListener("click", () => {
    logOut();
    location.reload();
  });
  byId("log-in").hidden = isLoggedIn || settings.canLogIn === "no";
  byId("log-in").addEventListener("click", async () => {
    try {
      if (settings.login === null) throw new Error("The issuer does not answer: reload the page");
      await logIn(settings.login, settings.login.scopes ?? scopesOf(whole).join(" "));
    } catch (error) {
      notify(error.message);
    }
  });
}

start().catch((error) => notify(error.message));
