import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  type Answer,
  KEYS_PATH,
  METADATA_PATH,
  type OwnIssuer,
  startOwnIssuer,
} from "../../../tests/support/auth/own_issuer.ts";
import { fetchKeys } from "./fetch_keys.ts";

let own: OwnIssuer & AsyncDisposable;
let elsewhere: OwnIssuer & AsyncDisposable;
/** A megabyte in a kilobyte. It is made before the five seconds begin, in which keys have to come. */
let compressed: Uint8Array<ArrayBuffer>;
before(async () => {
  own = await startOwnIssuer();
  elsewhere = await startOwnIssuer();
  const stream = new Blob([" ".repeat(2 ** 20)]).stream();
  compressed = await new Response(stream.pipeThrough(new CompressionStream("gzip"))).bytes();
});
after(async () => {
  await own[Symbol.asyncDispose]();
  await elsewhere[Symbol.asyncDispose]();
});

/** The answer of one path. */
function at(path: string, answer: () => BodyInit | Response | object): Answer {
  return (asked) => {
    if (asked !== path) return undefined;
    const given = answer();
    if (given instanceof Response) return given;
    return typeof given === "string" || given instanceof ReadableStream
      ? new Response(given)
      : Response.json(given);
  };
}

/** A body without end. */
function endless(): ReadableStream<BufferSource> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(0x20)),
  });
}

const metadata = (changes: Record<string, unknown>) => () => ({
  issuer: own.issuer,
  jwks_uri: `${own.issuer}${KEYS_PATH}`,
  ...changes,
});

describe("fetchKeys()", () => {
  it("fetches the keys that the issuer publishes", async () => {
    own.answer = null;
    const keys = await fetchKeys(own.issuer);
    expect(keys.kids).toEqual(new Set(["first"]));
  });

  it("takes a few hundred keys", async () => {
    const keys = Array.from({ length: 500 }, (_, index) => ({ kty: "EC", kid: `${index}` }));
    own.answer = at(KEYS_PATH, () => ({ keys }));
    expect((await fetchKeys(own.issuer)).kids.size).toBe(500);
  });

  const REFUSED: Record<string, [answer: () => Answer, reason: RegExp]> = {
    "missing metadata": [
      () => at(METADATA_PATH, () => new Response(null, { status: 404 })),
      /answers 404/,
    ],
    "redirected metadata": [
      () => at(METADATA_PATH, () => Response.redirect(`${elsewhere.issuer}${METADATA_PATH}`)),
      /answers 302/,
    ],
    "metadata of another issuer": [
      () => at(METADATA_PATH, metadata({ issuer: "https://issuer.example" })),
      /it names the issuer "https:\/\/issuer.example"/,
    ],
    "metadata of no issuer": [
      () => at(METADATA_PATH, metadata({ issuer: undefined })),
      /Cannot trust the metadata/,
    ],
    "metadata that are a list": [() => at(METADATA_PATH, () => []), /not a JSON object/],
    "metadata that are not JSON": [() => at(METADATA_PATH, () => "<html>"), /./],
    "metadata without end": [() => at(METADATA_PATH, endless), /more than 262144 bytes/],
    "metadata without keys": [
      () => at(METADATA_PATH, metadata({ jwks_uri: undefined })),
      /not an https URL/,
    ],
    "keys over plain HTTP": [
      () => at(METADATA_PATH, metadata({ jwks_uri: "http://issuer.example/jwks" })),
      /not an https URL/,
    ],
    "keys of a host that only begins like this machine": [
      () => at(METADATA_PATH, metadata({ jwks_uri: "http://127.0.0.1.issuer.example/jwks" })),
      /not an https URL/,
    ],
    "keys in the metadata themselves": [
      () => at(METADATA_PATH, metadata({ jwks_uri: 'data:application/json,{"keys":[]}' })),
      /not an https URL/,
    ],
    "keys in a file": [
      () => at(METADATA_PATH, metadata({ jwks_uri: "file:///etc/passwd" })),
      /not an https URL/,
    ],
    "redirected keys": [
      () => at(KEYS_PATH, () => Response.redirect(`${elsewhere.issuer}${KEYS_PATH}`, 307)),
      /answers 307/,
    ],
    "keys without end": [() => at(KEYS_PATH, endless), /more than 262144 bytes/],
    "keys that expand when decompressed": [
      () =>
        at(KEYS_PATH, () => new Response(compressed, { headers: { "content-encoding": "gzip" } })),
      /more than 262144 bytes/,
    ],
    "keys that are not a key set": [() => at(KEYS_PATH, () => ({ keys: {} })), /malformed/],
    "keys that are a list": [() => at(KEYS_PATH, () => []), /not a JSON object/],
  };
  for (const [what, [answer, reason]] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, async () => {
      own.answer = answer();
      const before = elsewhere.requests.length;
      await expect(fetchKeys(own.issuer)).rejects.toThrow(reason);
      expect(elsewhere.requests).toHaveLength(before);
    });
  }

  it("waits five seconds for both answers together", async () => {
    own.answer = at(KEYS_PATH, () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
        }),
      ));
    const begin = performance.now();
    await expect(fetchKeys(own.issuer)).rejects.toThrow(/due to timeout/);
    expect(performance.now() - begin).toBeGreaterThan(4_000);
  });
});
