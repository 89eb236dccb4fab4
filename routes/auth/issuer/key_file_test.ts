import { expect } from "@std/expect";
import { after, afterEach, before, beforeEach, describe, it } from "@std/testing/bdd";
import * as jose from "jose";
import { SIGNATURE_ALGORITHMS } from "../../../codec/jwk/signature_algorithms.ts";
import type { Observation } from "../../../observe/observation.ts";
import { newKey, publicPart } from "../../../tests/support/auth/token_signer.ts";
import { eventually } from "../../../tests/support/eventually.ts";
import { replaceFile } from "../../../tests/support/replace_file.ts";
import { createKeyFile } from "./key_file.ts";
import type { IssuerKeys } from "./key_source.ts";

const ISSUER = "https://login.example.com";

let directory: string;
before(async () => {
  directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
});
after(() => Deno.remove(directory, { recursive: true }));

let path: string;
let keys: IssuerKeys;
let observations: Observation[];
beforeEach(async () => {
  path = `${directory}/${crypto.randomUUID()}.json`;
  observations = [];
  await write(await keyOf("first"));
  keys = createKeyFile({
    path,
    issuer: ISSUER,
    observe: (observation) => observations.push(observation),
  });
});
afterEach(() => keys.close());

async function keyOf(kid: string): Promise<jose.JWK> {
  return { ...publicPart(await newKey()), kid };
}

const textOf = (...keys: jose.JWK[]) => JSON.stringify({ keys });
const write = (...all: jose.JWK[]) => replaceFile(path, textOf(...all));

const kids = () => [...keys.current()?.kids ?? []];
const outcomes = () =>
  observations.map((each) => each.kind === "issuer_keys" ? [each.fetched, each.usable] : each);

describe("createKeyFile()", () => {
  it("has the keys of the file once it was read", async () => {
    expect(keys.current()).toBeNull();
    expect(await keys.refresh()).toBe(keys.current());
    expect(kids()).toEqual(["first"]);
    expect(observations).toEqual([
      { kind: "issuer_keys", issuer: ISSUER, fetched: true, usable: true, cause: undefined },
    ]);
  });

  it("reads a file again that changes, by itself or when asked", async () => {
    await keys.refresh();
    await write(await keyOf("second"));
    await keys.refresh();
    expect(kids()).toEqual(["second"]);
    await write(await keyOf("third"));
    await eventually("the third key is there", () => kids()[0] === "third");
    expect(outcomes()).toEqual([[true, true], [true, true], [true, true]]);
  });

  it("has the keys of now when asked, though an earlier look is still under way", async () => {
    const pipe = `${path}.pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await Deno.rename(pipe, path);
    const earlier = keys.refresh();
    // It is open once the look has begun to read, which ends when this end is closed.
    const held = await Deno.open(path, { write: true });
    await write(await keyOf("second"));
    const later = keys.refresh();
    await held.write(new TextEncoder().encode(textOf(await keyOf("first"))));
    held.close();
    expect([...(await earlier).kids]).toEqual(["first"]);
    expect([...(await later).kids]).toEqual(["second"]);
  });

  it("takes every kind of key that tokens can be signed with, and keys for encryption beside them", async () => {
    const all: jose.JWK[] = [{ kty: "OKP", crv: "X25519", x: "AA", use: "enc" }];
    for (const alg of SIGNATURE_ALGORITHMS) {
      const { publicKey } = await jose.generateKeyPair(alg, { extractable: true });
      const { alg: _, ...key } = await jose.exportJWK(publicKey);
      all.push({ ...key, kid: alg }, { ...key, alg, kid: `${alg} that says so` });
    }
    await write(...all);
    await keys.refresh();
    expect(kids()).toHaveLength(2 * SIGNATURE_ALGORITHMS.length);
  });

  it("follows a link that changes, as that of a mounted secret does", async () => {
    const link = `${directory}/link.json`;
    await Deno.symlink(path, link);
    const linked = createKeyFile({ path: link, issuer: ISSUER, observe: () => {} });
    await linked.refresh();
    const next = `${directory}/next.json`;
    await Deno.writeTextFile(next, JSON.stringify({ keys: [await keyOf("next")] }));
    await Deno.symlink(next, `${link}.new`);
    await Deno.rename(`${link}.new`, link);
    await eventually("the next key is there", () => linked.current()!.kids.has("next"));
    linked.close();
  });

  const BAD: Record<string, string | null> = {
    "no file": null,
    "no content": "",
    "half a file": '{"keys": [{"kty":',
    "a list": "[]",
    "no keys": '{"keys": []}',
    "a private key": '{"keys": [{"kty": "EC", "crv": "P-256", "d": "abc"}]}',
    "a shared secret": '{"keys": [{"kty": "oct", "k": "abc"}]}',
    "a key of no kind": '{"keys": [{}]}',
    "a key that is cut off": '{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}',
    "a key of an unknown curve": '{"keys": [{"kty": "EC", "crv": "P-1", "x": "AA", "y": "AA"}]}',
    "an RSA key of eight bits": '{"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB"}]}',
    "more than is read": JSON.stringify({ keys: [{ kty: "EC", x: "x".repeat(300_000) }] }),
  };
  for (const [what, text] of Object.entries(BAD)) {
    it(`keeps the previous keys and says so once, given ${what}`, async () => {
      await keys.refresh();
      if (text === null) await Deno.remove(path);
      else await replaceFile(path, text);
      for (let count = 0; count < 3; count++) await expect(keys.refresh()).rejects.toThrow(path);
      expect(kids()).toEqual(["first"]);
      expect(outcomes()).toEqual([[true, true], [false, true]]);
      await write(await keyOf("again"));
      await keys.refresh();
      expect(kids()).toEqual(["again"]);
      expect(outcomes()).toHaveLength(3);
    });
  }

  it("says nothing of the content of a file that it cannot use", async () => {
    await Deno.writeTextFile(path, '{"keys": "s3cret", s3cret}');
    await expect(keys.refresh()).rejects.not.toThrow(/s3cret/);
    expect(Deno.inspect(observations)).not.toContain("s3cret");
  });

  it("has no keys before there is a file, and then has them", async () => {
    await Deno.remove(path);
    await expect(keys.refresh()).rejects.toThrow(/Cannot read/);
    expect([keys.current(), outcomes()]).toEqual([null, [[false, false]]]);
    await write(await keyOf("late"));
    await eventually("the keys are there", () => kids()[0] === "late");
  });
});
