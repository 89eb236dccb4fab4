import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import {
  METADATA_PATH,
  type OwnIssuer,
  startOwnIssuer,
} from "../../../tests/support/auth/own_issuer.ts";
import { eventually, promptly } from "../../../tests/support/eventually.ts";
import { createIntrospection, type Introspection } from "./introspect.ts";

const PAUSE_MS = 1_000;

describe("createIntrospection()", () => {
  let own: OwnIssuer & AsyncDisposable;
  let introspection: Introspection;
  beforeEach(async () => {
    own = await startOwnIssuer();
    own.introspect = () => ({ active: true });
    introspection = createIntrospection({
      issuer: own.issuer,
      clientId: "gateway",
      clientSecret: "s3cret",
      observe: () => {},
      // They are old as soon as they are there.
      metadataAgeMs: 0,
    });
    await introspection.locate();
  });
  afterEach(() => own[Symbol.asyncDispose]());

  const lookups = () => own.requests.filter((path) => path === METADATA_PATH).length;

  async function askAll(count: number): Promise<void> {
    for (let token = 0; token < count; token++) {
      expect(await introspection.ask(`${token}`)).toEqual({ active: true });
    }
  }

  it("waits for no metadata while it knows where to ask, and fetches them once at a time", async () => {
    const { promise: hanging, resolve } = Promise.withResolvers<Response>();
    own.answer = (path) => path === METADATA_PATH ? hanging : undefined;
    // Together they would take longer if each waited for metadata that hang.
    await promptly("the issuer is asked about each", askAll(15));
    expect(lookups()).toBe(2);
    resolve(new Response(null, { status: 503 }));
  });

  it("asks for metadata that cannot be had once in a while, and follows those that can", async () => {
    const begin = performance.now();
    own.answer = (path) => path === METADATA_PATH ? new Response(null, { status: 503 }) : undefined;
    await askAll(50);
    expect(lookups()).toBeGreaterThan(1);
    expect(lookups()).toBeLessThanOrEqual(3 + (performance.now() - begin) / PAUSE_MS);
    let isMoved = false;
    own.answer = (path) => {
      if (path === "/elsewhere") {
        isMoved = true;
        return Response.json({ active: true });
      }
      return path === METADATA_PATH
        ? Response.json({ issuer: own.issuer, introspection_endpoint: `${own.issuer}/elsewhere` })
        : undefined;
    };
    await eventually("it asks elsewhere", async () => {
      await askAll(1);
      return isMoved;
    });
  });
});
