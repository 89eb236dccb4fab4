/** Hand-written routes get what the routes of queries get: limits of the body, negotiation, problems. */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { silent } from "../fixtures/routes/faults/odd_answers.ts";
import { SECRET } from "../fixtures/routes/declared/hook.ts";
import { eventually, promptly } from "../support/eventually.ts";
import {
  EXAMPLE,
  problemOf,
  startTestService,
  type TestRequest,
  type TestService,
} from "../support/harness.ts";

const MAX_BODY_BYTES = 1024;
const NO_TYPE = { "content-type": "" };

let service: TestService & AsyncDisposable;
before(async () => {
  service = await startTestService({
    cqlDir: EXAMPLE,
    routes: [
      "faults/odd_answers",
      "declared/sum",
      "declared/transfer",
      "declared/remark",
      "declared/move",
      "declared/echo",
      "declared/note",
      "declared/picture",
      "declared/hook",
      "faults/throw_nothing",
    ],
    env: { MAX_BODY_BYTES: `${MAX_BODY_BYTES}`, BODY_TIMEOUT_MS: "1500" },
  });
});
after(() => service[Symbol.asyncDispose]());

function post(body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return service.request("/sums", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

describe("A hand-written route", () => {
  it("reads its body", async () => {
    const response = await post('{"terms":[1,2,3.5]}');
    expect([response.status, await response.json()]).toEqual([200, { sum: 6.5 }]);
  });

  const never = () => new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(1)) });
  const long = JSON.stringify({ terms: Array(MAX_BODY_BYTES).fill(1) });
  const cases: [string, () => Promise<Response>, number, string][] = [
    ["a body that is too large", () => post(long), 413, "body_too_large"],
    [
      "one whose length nobody declared",
      () => post(new Blob([long]).stream()),
      413,
      "body_too_large",
    ],
    ["a body that does not come", () => post(never()), 408, "body_timeout"],
    [
      "a body in gzip",
      () => post('{"terms":[]}', { "content-encoding": "gzip" }),
      415,
      "unsupported_media_type",
    ],
    ["a body that is not JSON", () => post("{"), 400, "malformed_request"],
    [
      "a body of another type",
      () => post("terms=1", { "content-type": "application/x-www-form-urlencoded" }),
      415,
      "unsupported_media_type",
    ],
    [
      "an empty body of another type",
      () => post("", { "content-type": "text/plain" }),
      415,
      "unsupported_media_type",
    ],
    ["a body of no type", () => post(new Blob(["{}"]), NO_TYPE), 415, "unsupported_media_type"],
    [
      "a body that is not UTF-8",
      () => post(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
      400,
      "malformed_request",
    ],
    [
      "a body that nests too deeply",
      () => post(`{"terms":${"[".repeat(65)}${"]".repeat(65)}}`),
      400,
      "malformed_request",
    ],
    ["an empty body", () => post(""), 400, "malformed_request"],
    ["a body that does not fit", () => post('{"terms":["1"]}'), 422, "invalid_input"],
    [
      "a caller who takes no JSON",
      () => post('{"terms":[]}', { accept: "text/csv" }),
      406,
      "not_acceptable",
    ],
  ];
  for (const [what, ask, status, code] of cases) {
    it(`refuses ${what}`, async () => {
      const problem = await problemOf(await ask());
      expect([problem.status, problem.code]).toEqual([status, code]);
    });
  }

  it("refuses an object that names a member twice, however it is written", async () => {
    const send = (body: string, type = "application/json") =>
      service.request("/transfers", { method: "POST", body, headers: { "content-type": type } });
    const twice = ['{"amount":1,"amount":900}', '{"amount":1,"\\u0061mount":900}'];
    for (const type of ["application/json", "application/json; a=b", "application/a.b+json"]) {
      for (const body of twice) {
        const problem = await problemOf(await send(body, type));
        expect([type, problem.status, problem.code]).toEqual([type, 400, "malformed_request"]);
        expect(problem.errors).toEqual([
          { pointer: "/body/amount", detail: "Expected the member once" },
        ]);
      }
    }
    const once = await send('{"amount":1,"note":"\\"amount\\":900"}');
    expect(await once.json()).toEqual({ amount: 1, note: '"amount":900' });
  });

  it("refuses it too where it declares no body", async () => {
    const send = (body: string) =>
      service.request("/echo", {
        method: "PUT",
        body,
        headers: { "content-type": "application/json" },
      });
    expect((await problemOf(await send('{"a":1,"a":2}'))).code).toBe("malformed_request");
    for (const text of ['{"a":1}', ""]) expect(await (await send(text)).json()).toEqual({ text });
  });

  it("has the bytes of a body as they were sent, for a signature over them", async () => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const secret = new TextEncoder().encode(SECRET);
    const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
    for (
      const text of ['{"event": "paid", "n": 1.0}', '\ufeff{"event":"paid"}', '{"event":"paid"}\n']
    ) {
      const body = new TextEncoder().encode(text);
      const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, body));
      const headers = { "content-type": "application/json", "x-signature": signature.toHex() };
      const response = await service.request("/hooks", { method: "POST", body, headers });
      expect([text, await response.json()]).toEqual([text, { is_signed: true, event: "paid" }]);
    }
  });

  describe("given a request without a body", () => {
    const send = (path: string, options: TestRequest = {}) =>
      service.request(path, { method: "POST", user: null, ...options });

    it("checks that as an empty object, unless the body may be left out", async () => {
      const problem = await problemOf(await send("/transfers"));
      expect(problem).toMatchObject({ status: 422, code: "invalid_input" });
      expect(problem.errors).toMatchObject([{ pointer: "/body/amount" }]);
      expect(await (await send("/remarks")).json()).toEqual({});
    });

    it("refuses it where several types would be taken", async () => {
      const response = await send("/moves");
      expect(response.headers.get("accept")).toContain("application/json");
      expect(await problemOf(response)).toMatchObject({
        status: 415,
        code: "unsupported_media_type",
      });
      const form = new URLSearchParams();
      expect((await problemOf(await send("/moves", { body: form }))).code).toBe("invalid_input");
    });
  });

  it("checks a body by the schema of its type, where it takes several", async () => {
    const send = async (body: BodyInit, type: string) => {
      const headers = { "content-type": type };
      return await (await service.request("/moves", { method: "POST", body, headers })).json();
    };
    const moved = { amount: 2, unit: "m" };
    expect(await send('{"amount": 2}', "application/json")).toEqual({ json: moved, form: {} });
    expect(await send("amount=2", "application/x-www-form-urlencoded"))
      .toEqual({ json: {}, form: moved });
    expect(await send('{"amount": 0}', "application/json")).toMatchObject({ status: 422 });
    expect(await send("amount=0", "application/x-www-form-urlencoded"))
      .toMatchObject({ status: 422 });
  });

  it("says in the OpenAPI document whether its body is required", async () => {
    const { paths } = await (await service.request("/openapi.json")).json();
    for (
      const [path, required] of [
        ["/sums", true],
        ["/transfers", true],
        ["/moves", true],
        ["/remarks", false],
      ] as const
    ) {
      expect([path, paths[path].post.requestBody.required]).toEqual([path, required]);
    }
  });

  it("says which types of a body it takes", async () => {
    const response = await post("1", { "content-type": "text/plain" });
    expect(response.headers.get("accept")).toBe("application/json");
    expect((await problemOf(response)).detail).toContain('This route takes "application/json"');
  });

  it("takes JSON by any of its names", async () => {
    const response = await post('{"terms":[2]}', {
      "content-type": "application/vnd.sum+json; charset=utf-8",
    });
    expect(await response.json()).toEqual({ sum: 2 });
  });

  it("takes a caller who names only the type of problems", async () => {
    const response = await post('{"terms":[2]}', { accept: "application/problem+json" });
    expect([response.status, await response.json()]).toEqual([200, { sum: 2 }]);
  });

  it("refuses what its schemas refuse, of the first place that has mistakes", async () => {
    const mistakesOf = async (path: string) => {
      const { code, errors } = await problemOf(await service.request(path));
      return [code, errors?.map(({ pointer }) => pointer)];
    };
    const summary = "/stations/hill/summary";
    expect(await mistakesOf(`${summary}/2010-13`)).toEqual(["invalid_input", ["/path/month"]]);
    expect(await mistakesOf(`${summary}/2010-13?a=1&b=2`)).toEqual(
      ["invalid_input", ["/query/a", "/query/b"]],
    );
    // It has no schema of its query.
    const picture = await service.request("/picture?a=1");
    await picture.body?.cancel();
    expect(picture.status).toBe(200);
  });

  it("takes a range of types", async () => {
    for (const [type, status] of [["text/markdown", 204], ["image/png", 415]] as const) {
      const response = await service.request("/notes", {
        method: "POST",
        body: "x",
        headers: { "content-type": type },
      });
      await response.body?.cancel();
      expect([type, response.status]).toEqual([type, status]);
    }
  });

  it("refuses an idempotency key that it does not read, before it does anything", async () => {
    const headers = { "idempotency-key": "a", "content-type": "text/plain" };
    const put = await service.request("/echo", { method: "PUT", headers, body: "x" });
    expect((await problemOf(put)).code).toBe("unsupported_idempotency_key");
    const get = await service.request("/picture", { headers });
    await get.body?.cancel();
    expect(get.status).toBe(200);
  });

  it("refuses a precondition that it does not read, before it does anything", async () => {
    const ask = (path: string, method: string, header: string) =>
      service.request(path, {
        method,
        headers: { [header]: '"1"', "content-type": "text/plain" },
        ...(method === "GET" ? {} : { body: "x" }),
      });
    for (const header of ["If-Match", "If-None-Match"]) {
      expect((await problemOf(await ask("/echo", "PUT", header))).code).toBe(
        "unsupported_precondition",
      );
    }
    expect((await problemOf(await ask("/picture", "GET", "If-Match"))).code).toBe(
      "unsupported_precondition",
    );
    // A read does no harm, and this route declares the header.
    for (
      const [path, method, header, status] of [
        ["/picture", "GET", "If-None-Match", 200],
        ["/notes", "POST", "If-Match", 204],
      ] as const
    ) {
      const response = await ask(path, method, header);
      await response.body?.cancel();
      expect([path, response.status]).toEqual([path, status]);
    }
  });

  it("keeps to the limits where it declares no body, too", async () => {
    const put = (body: BodyInit) =>
      service.request("/echo", { method: "PUT", body, headers: { "content-type": "text/plain" } });
    expect(await (await put("é")).json()).toEqual({ text: "é" });
    expect((await problemOf(await put("x".repeat(MAX_BODY_BYTES + 1)))).code).toBe(
      "body_too_large",
    );
    expect((await problemOf(await put(never()))).code).toBe("body_timeout");
  });

  for (const [path, accept] of [["/echo", "application/json"], ["/picture", "image/png"]]) {
    it(`answers ${accept} to a caller who asks for it at ${path}`, async () => {
      const method = path === "/echo" ? "PUT" : "GET";
      const response = await service.request(path!, { method, headers: { accept: accept! } });
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });
  }

  it("does not wait for the body of a caller whom it does not know", async () => {
    const response = await service.request("/sums", { method: "POST", body: never(), user: null });
    expect((await problemOf(response)).code).toBe("missing_token");
  });

  it("answers, and is logged, when its handler throws something that is not an error", async () => {
    const problem = await problemOf(await service.request("/thrown"));
    expect([problem.status, problem.code]).toEqual([500, "internal"]);
    const logged = await eventually(
      "it is logged",
      () =>
        service.observations.find((each) =>
          each.kind === "request" && each.requestId === problem.request_id
        ),
    );
    expect(logged).toMatchObject({ status: 500, cause: { message: /must throw errors/ } });
  });

  it("says nothing of an exception of the framework that its handler throws", async () => {
    const problem = await problemOf(await fetch(new URL("/odd/framework_error", service.url)));
    expect([problem.status, problem.code]).toEqual([500, "internal"]);
    expect(problem.detail).not.toContain("swordfish");
  });

  it("may answer with a response whose headers are fixed, as those of fetch() are", async () => {
    const response = await fetch(new URL("/odd/redirect", service.url), { redirect: "manual" });
    await response.body?.cancel();
    expect([response.status, response.headers.get("location")]).toEqual([
      307,
      "https://example.com/elsewhere",
    ]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-request-id")).toMatch(/./);
  });

  it("answers with the problem that it throws", async () => {
    const problem = await problemOf(await service.request("/odd/known_code"));
    expect(problem).toMatchObject({ status: 409, detail: "It has been taken", current: null });
  });

  it("is not to blame where its caller leaves, and what its handler waits for ends with that", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    silent.url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`;
    const mark = service.observations.length;
    const abort = new AbortController();
    const { href } = new URL("/odd/silent", service.url);
    const asked = fetch(href, { signal: abort.signal }).catch(() => {});
    using _connection = await promptly("the handler asks", listener.accept());
    abort.abort();
    await asked;
    const entry = await eventually(
      "the request is logged",
      () => service.observations.slice(mark).find((each) => each.kind === "request"),
    );
    expect(entry).toMatchObject({ status: 499, completed: false, code: null, cause: undefined });
  });

  it("answers 404 where its handler finds nothing, by the method of the framework", async () => {
    const problem = await problemOf(await service.request("/odd/not_found"));
    expect(problem).toMatchObject({
      code: "not_found",
      detail: 'There is nothing at "/odd/not_found"',
    });
  });

  for (const answer of ["nothing", "unknown_code"]) {
    it(`answers 500 where its handler answers with ${answer}`, async () => {
      const mark = service.observations.length;
      const problem = await problemOf(await service.request(`/odd/${answer}`));
      expect([problem.status, problem.code]).toEqual([500, "internal"]);
      const entry = await eventually(
        "the request is logged",
        () => service.observations.slice(mark).find((each) => each.kind === "request"),
      );
      expect(entry).toMatchObject({ cause: expect.any(TypeError) });
    });
  }

  it("documents what it may answer", async () => {
    const { paths } = await (await service.request("/openapi.json")).json();
    const statuses = Object.keys(paths["/sums"].post.responses);
    for (const status of ["200", "401", "403", "406", "408", "413", "415", "422"]) {
      expect(statuses).toContain(status);
    }
  });
});
