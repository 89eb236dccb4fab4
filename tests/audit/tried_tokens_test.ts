/**
 * What is on record of tokens that somebody tries.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type SigningService, startSigningService } from "../support/auth/token_signer.ts";
import { EXAMPLE } from "../support/harness.ts";
import { type AuditFile, createAuditFile } from "./audit_events.ts";

let file: AuditFile;
let service: SigningService;
before(async () => {
  file = await createAuditFile();
  service = await startSigningService({
    cqlDir: EXAMPLE,
    env: { AUDIT_LOG: `file:${file.path}`, DOCS: "on", PUBLIC_URL: "https://api.example.com" },
  });
});
after(async () => {
  await service?.[Symbol.asyncDispose]();
  await file?.[Symbol.asyncDispose]();
});

/** Sends a token, and reads what is on record of it. */
async function tried(path: string, authorization: string) {
  const requestId = crypto.randomUUID();
  const response = await fetch(`${service.url}${path}`, {
    headers: { authorization, "x-request-id": requestId },
  });
  await response.body?.cancel();
  return { status: response.status, events: await file.of(requestId) };
}

describe("A token that is not valid", () => {
  // A code of its own for each: refusals of one kind are counted.
  const TRIED: readonly [path: string, route: string, authorization: string, code: string][] = [
    ["/stations", "/stations", "Bearer a.b.c", "invalid_token"],
    ["/openapi.json?for=me", "/openapi.json", "Basic abc", "missing_token"],
  ];
  for (const [path, route, authorization, code] of TRIED) {
    it(`is on record where it is tried at ${path}`, async () => {
      const { status, events } = await tried(path, authorization);
      expect([status, events])
        .toEqual([401, [
          expect.objectContaining({ event: "refusal", subject: null, route, code }),
        ]]);
    });
  }
});

describe("A token that is bound to a key", () => {
  for (
    const [path, route] of [
      ["/stations", "/stations"],
      ["/openapi.json?for=me", "/openapi.json"],
      ["/docs/caller", "/docs"],
    ]
  ) {
    it(`is on record with whose it is, where it is sent to ${path} without a proof`, async () => {
      const token = await service.sign(
        service.claims({ sub: "victim", cnf: { jkt: "A".repeat(43) } }),
      );
      for (const [scheme, code] of [["DPoP", "invalid_dpop_proof"], ["Bearer", "invalid_token"]]) {
        const { status, events } = await tried(path!, `${scheme} ${token}`);
        expect([status, events]).toEqual([401, [expect.objectContaining({
          event: "refusal",
          subject: "victim",
          client_id: "writer",
          route,
          code,
        })]]);
      }
    });
  }
});

describe("A token that is bound to a certificate", () => {
  it("is on record with whose it is, where it is sent without", async () => {
    const cnf = { "x5t#S256": "A".repeat(43) };
    const token = await service.sign(service.claims({ sub: "machine", cnf }));
    const { status, events } = await tried("/stations", `Bearer ${token}`);
    expect([status, events])
      .toEqual([401, [expect.objectContaining({ event: "refusal", subject: "machine" })]]);
  });
});
