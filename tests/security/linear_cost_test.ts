/**
 * Everything that reads a caller's bytes takes time in proportion to them, whatever they are. Each
 * reader is measured on inputs made to mislead it, at one length and at twice that length.
 *
 * @module
 */
import { defaultTextMapGetter, ROOT_CONTEXT } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Hono } from "hono";
import { Buffer } from "node:buffer";
import { compilePattern } from "../../catalog/tags/input/options/pattern.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import { parseBucketName } from "../../codec/buckets/bucket.ts";
import type { CqlType } from "../../codec/codec.ts";
import { codecFor, variantCodecFor } from "../../codec/codec_for.ts";
import { TEXT_FORMS } from "../../codec/constraints/text_format.ts";
import { findDuplicateMember } from "../../codec/json/duplicate_member.ts";
import { JsonWriter } from "../../codec/json/json_writer.ts";
import { parseJson } from "../../codec/json/parse_json.ts";
import { primitives } from "../../codec/primitives.ts";
import { Alarms } from "../../runtime/alarms.ts";
import { runAtOnce } from "../../runtime/steps.ts";
import { invalidInput, pointerTo } from "../../errors/invalid_input.ts";
import { readCredentials } from "../../routes/auth/credentials.ts";
import { readJsonPart } from "../../routes/auth/jwt/json_part.ts";
import { readJwtHeader } from "../../routes/auth/jwt/jwt_header.ts";
import { namedIssuer } from "../../routes/auth/jwt/named_issuer.ts";
import { certificateThumbprint } from "../../routes/auth/proof/client_certificate.ts";
import { readProof } from "../../routes/auth/proof/dpop_proof.ts";
import { createNonces } from "../../routes/auth/proof/nonces.ts";
import { isSameTarget } from "../../routes/auth/proof/target_uri.ts";
import type { AppEnv } from "../../routes/context.ts";
import { assertNotEncoded } from "../../routes/input/body/read_bytes.ts";
import { isJson, isTaken, readJson } from "../../routes/input/body/read_body.ts";
import { readFields } from "../../routes/input/body/read_fields.ts";
import { decodeLine } from "../../routes/input/body/read_lines.ts";
import { matchesTag, parseTagList, versionOf } from "../../routes/input/entity_tag.ts";
import { readEntries } from "../../routes/input/read_entries.ts";
import { createAddressReader } from "../../routes/load/client_address.ts";
import { requestId } from "../../routes/middleware/request_id.ts";
import { createCursors } from "../../routes/paging/cursors.ts";
import { createCursorBox } from "../../routes/paging/seal_cursor.ts";
import { compressStream } from "../../routes/respond/body/compress.ts";
import { csvText } from "../../routes/respond/body/row_format.ts";
import { negotiate } from "../../routes/respond/negotiate.ts";
import { routesFor } from "../../routes/route_pattern.ts";
import { throughSteps } from "../../routes/through_steps.ts";
import { superlinearGrowth } from "./growth.ts";

/** What is repeated to make a text long. */
const UNITS = [
  ...'"\\ ,;:.-=/%~09a[é',
  '\\"',
  '""',
  "a,",
  "a/b;q=0.5, ",
  "gzip;q=0.0,",
  'W/"a", ',
  "1.0,",
  "%41",
  "a=b&",
  '{"a":1},',
];

/** What stands around the repeated part: what begins well, and ends badly. */
const FRAMES: readonly (readonly [before: string, after: string])[] = [
  ["", ""],
  ['"', '" !'],
  ["-1.", "e"],
];

/** What JSON texts are repeated inside, so that they are JSON for most of their length. */
const JSON_FRAMES: typeof FRAMES = [
  ['{"t":"', '"}'],
  ['{"', '":1}'],
  ['{"\\n":"', '"}'],
  ["[", "1]"],
  ["[1.0,", "1]"],
];

/** Texts that are more than something repeated. */
const JSON_TEXTS: Readonly<Record<string, (length: number) => string>> = {
  "nested arrays": (length) => "[".repeat(length / 2) + "]".repeat(length / 2),
  "nested objects": (length) => '{"a":'.repeat(length / 6) + "1" + "}".repeat(length / 6),
  "nested exact numbers": (length) => '{"\\n":'.repeat(length / 8) + "1.0" + "}".repeat(length / 8),
  "many keys": (length) => objectOf(length / 12, (index) => `key${index}`),
  "many escaped keys": (length) => objectOf(length / 12, (index) => `\\n${index}`),
  "equal keys": (length) => objectOf(length / 8, () => "key"),
  "equal escaped keys": (length) => objectOf(length / 8, () => "\\\\"),
  "keys that are numbers": (length) => objectOf(length / 12, (index) => `${index}`),
  "keys whose low bits are equal": (length) =>
    objectOf(length / 14, (index) => `${index * 65_536}`),
};

function objectOf(count: number, key: (index: number) => string): string {
  return `{${Array.from({ length: count }, (_, index) => `"${key(index)}":1`).join(",")}}`;
}

interface Shape {
  readonly name: string;
  text(length: number): string;
}

const repeated = (frames: typeof FRAMES): Shape[] =>
  frames.flatMap(([before, after]) =>
    UNITS.map((unit) => ({
      name: `${JSON.stringify(unit)} between ${JSON.stringify(before)} and ${
        JSON.stringify(after)
      }`,
      text: (length: number) => before + unit.repeat(Math.ceil(length / unit.length)) + after,
    }))
  );

const TEXTS = repeated(FRAMES);
const JSONS: Shape[] = [
  ...repeated([...FRAMES, ...JSON_FRAMES]),
  ...Object.entries(JSON_TEXTS).map(([name, text]) => ({ name, text })),
];
/** What HTTP lets through in a field's value (RFC 9110, section 5.5). */
const FIELD = /^[\t\x20-\x7e\x80-\xff]*$/;
const HEADERS = TEXTS.filter(({ text }) => FIELD.test(text(100)));

/** Runs that are refused are as good: what is measured is how long it takes. */
function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch {
    return undefined;
  }
}

async function expectLinear(shapes: readonly Shape[], run: (text: string) => unknown) {
  const found: string[] = [];
  for (const { name, text } of shapes) {
    const growth = await superlinearGrowth(text, run);
    if (growth === null) continue;
    const { length, ms, ratio } = growth;
    found.push(
      `${name}: ${ms.toFixed()} ms for ${length} characters, ${ratio.toFixed()} times an eighth of them`,
    );
  }
  expect(found).toEqual([]);
}

const COLUMNS = ["a", "b"].map((name) => ({ name, nullable: false }));
const LIMITS = { maxBytes: 1e9, timeoutMs: 60_000, alarms: new Alarms(), run: runAtOnce };

function post(body: string, type = "application/json"): Request {
  return new Request("http://localhost/", {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
}

describe("the time of a body", () => {
  it("is linear in parseJson()", () =>
    expectLinear(JSONS, (text) => attempt(() => parseJson(text))));

  it("is linear where a member is twice among names whose low bits are equal", async () => {
    const twice = (length: number) =>
      objectOf(length / 14, (index) => `${index * 65_536}`).replace("}", ',"a":1,"a":1}');
    expect(await superlinearGrowth(twice, findDuplicateMember)).toBe(null);
  });

  it("is linear in NDJSON", async () => {
    const frames: typeof FRAMES = [["", ""], ["", "\n"], ['{"t":"', '"}\n'], ["\n", "!"]];
    await expectLinear(repeated(frames), async (text) => {
      const body = await readEntries(post(text, "application/x-ndjson"), LIMITS);
      if (body.kind === "many") { for await (const _ of body.upload.blocks); }
    });
  });

  it("is linear in CSV", async () => {
    const frames: typeof FRAMES = [["", ""], ["a,b\n", "\n"], ['a\n"', '",1\n'], ['a\n"', ""]];
    await expectLinear(repeated(frames), async (text) => {
      const body = await readEntries(post(text, "text/csv"), LIMITS);
      if (body.kind !== "many") return;
      await body.upload.readHeader().catch(() => null);
      for await (const block of body.upload.blocks) {
        for (const entry of block) {
          if (!("text" in entry)) continue;
          await attempt(() => readFields(decodeLine(entry.text, "The line"), ["a"]));
        }
      }
    });
  });

  it("is linear where it is read whole", async () => {
    const frames: typeof FRAMES = [["", ""], ['{"t":"', '"}']];
    await expectLinear(
      repeated(frames),
      (text) => readJson(post(text), LIMITS).catch(() => undefined),
    );
  });
});

describe("the time of a header", () => {
  const headers = (name: string, value: string) => new Headers({ [name]: value });
  const nonces = createNonces([new Uint8Array(32)]);
  const app = new Hono<AppEnv>();
  const proxy = { remoteAddr: { hostname: "127.0.0.1" } };
  const addressOf = createAddressReader([{
    address: Buffer.from([127, 0, 0, 1]),
    prefixLength: 8,
  }]);
  app.use(throughSteps([requestId({ publicUrl: (path) => path, stallTimeoutMs: 60_000 })]));
  app.get("/", (context) => context.body(null));
  app.get("/address", (context) => context.text(addressOf(context)));
  app.onError((_, context) => context.body(null, 500));
  const request = (path: string, name: string) => (text: string) =>
    app.request(path, { headers: headers(name, text) }, proxy);

  const readers: Record<string, (text: string) => unknown> = {
    "Accept": (text) => negotiate(text, ["application/json", "text/csv"]),
    "Accept-Encoding": (text) =>
      compressStream(ReadableStream.from([]), { acceptEncoding: text, headers: new Headers() }),
    "Authorization": (text) => readCredentials(text, ["Bearer", "DPoP"]),
    "Authorization after Bearer": (text) => readCredentials(`Bearer ${text}`, ["Bearer"]),
    "the header of a token": (text) => readJwtHeader(text),
    "the claims of a token": (text) => readJsonPart(Buffer.from(text)),
    "the issuer that a token names": (text) =>
      namedIssuer(`e30.${Buffer.from(text).toString("base64url")}.AA`),
    "Client-Cert": (text) => certificateThumbprint(text),
    "Client-Cert between colons": (text) => certificateThumbprint(`:${text}:`),
    "DPoP": (text) => readProof(text, { method: "GET", url: "", token: "", key: "", now: 0 }),
    "the URL in a proof": (text) => isSameTarget(`https://a/${text}`, "https://a/b"),
    "the nonce in a proof": (text) => nonces.windowOf(text),
    "Content-Encoding": (text) => assertNotEncoded(headers("content-encoding", text)),
    "Content-Encoding after a comma": (text) =>
      assertNotEncoded(headers("content-encoding", `,${text}x`)),
    "Content-Type": (text) => [isJson(text), isTaken(text, ["application/json", "text/*"])],
    "Content-Type after application": (text) => isJson(`application/${text}`),
    "Content-Type of a bulk body": (text) => readEntries(post("{}", text), LIMITS),
    "Content-Type of CSV": (text) => readEntries(post("a", `text/csv;${text}`), LIMITS),
    "Forwarded": request("/address", "forwarded"),
    "Forwarded after for": (text) => request("/address", "forwarded")(`for=${text}`),
    "X-Forwarded-For": request("/address", "x-forwarded-for"),
    "If-Match": (text) => matchesTag(parseTagList(text) ?? [], "1", "strong"),
    "If-Match at a write": (text) => versionOf(text),
    "If-None-Match": (text) => matchesTag(parseTagList(text) ?? [], "1", "weak"),
    "X-Request-Id": request("/", "x-request-id"),
    "traceparent": (text) =>
      new W3CTraceContextPropagator().extract(
        ROOT_CONTEXT,
        { traceparent: text, tracestate: text },
        defaultTextMapGetter,
      ),
  };
  for (const [name, read] of Object.entries(readers)) {
    it(`is linear in ${name}`, () =>
      expectLinear(HEADERS, async (text) => {
        try {
          await read(text);
        } catch {
          // Refused, which is as good.
        }
      }));
  }
});

describe("the time of a URL", () => {
  it("is linear in the path", async () => {
    const app = new Hono();
    app.get("/stations/:id/observations/:month", (context) => context.json(context.req.param()));
    const patterns = [{ method: "GET", path: "/stations/{id}/observations/{month}" }];
    await expectLinear(TEXTS, (text) => {
      const { href, pathname } = new URL(`http://localhost/stations/${text}/observations/1`);
      routesFor(pathname, patterns);
      return app.request(href);
    });
  });

  it("is linear in the query", () =>
    expectLinear(TEXTS, (text) => {
      const { searchParams } = new URL(`http://localhost/?${text}`);
      return [new Set(searchParams.keys()), searchParams.getAll("a")];
    }));

  it("is linear in a cursor", async () => {
    const box = createCursorBox([new Uint8Array(32)]);
    const table = { put: () => Promise.resolve(true), get: () => Promise.resolve(null) };
    const cursors = createCursors(table, box);
    const binding = { query: "q", statement: "", values: [], caller: "" };
    const sealed = (length: number) => box.seal(Buffer.alloc(length), { ...binding, caller: "x" });
    await expectLinear(
      [...repeated([["", ""], ["~", ""]]), { name: "that of another caller", text: sealed }],
      (text) => cursors.open(text, binding).catch(() => {}),
    );
  });
});

describe("the time of a value", () => {
  const text: CqlType = { kind: "text" };
  const int: CqlType = { kind: "int" };
  const types: CqlType[] = [
    ...Object.keys(primitives).map((kind) => ({ kind }) as CqlType),
    { kind: "list", of: int },
    { kind: "set", of: text },
    { kind: "map", key: text, value: int },
    { kind: "map", key: { kind: "list", of: { kind: "varint" } }, value: int },
    { kind: "tuple", of: [text, int] },
    { kind: "udt", name: "place", fields: [{ name: "city", type: text }] },
    { kind: "vector", of: { kind: "float" }, dimension: 3 },
  ];
  for (const { cql, text, input } of types.map(codecFor)) {
    it(`is linear as ${cql}`, () =>
      expectLinear(TEXTS, (value) => [text.safeParse(value), input.safeParse(value)]));
  }

  for (const encoding of ["hex", "base64url"] as const) {
    const { text, input } = variantCodecFor({ kind: "blob" }, { encoding });
    it(`is linear as a blob in ${encoding}`, () =>
      expectLinear(TEXTS, (value) => [text.safeParse(value), input.safeParse(value)]));
  }

  const members = [
    "1",
    '"1"',
    "1.0",
    "1e9",
    "1e100",
    "1e1000",
    "1e-1000",
    "9".repeat(500),
    '""',
    "null",
    "x",
  ];
  const containers: [type: CqlType, json: (length: number, member: string) => string][] = [
    ...(["varint", "decimal", "double", "text"] as const).flatMap(
      (kind): typeof containers => [
        [{ kind: "list", of: { kind } }, arrayOf],
        [{ kind: "set", of: { kind } }, arrayOf],
        [{ kind: "map", key: { kind }, value: { kind } }, (length, member) => {
          const name = member.replaceAll('"', "");
          return objectOf(length / (name.length + 8), (index) => `${name}${index}`)
            .replaceAll(":1", `:${member}`);
        }],
      ],
    ),
    [
      { kind: "list", of: { kind: "list", of: { kind: "varint" } } },
      (length, member) => arrayOf(length, `[${member}]`),
    ],
    [{ kind: "set", of: { kind: "list", of: text } }, (length) => `[${arrayOf(length, '"a"')}]`],
  ];
  for (const [type, json] of containers) {
    const { cql, input, encode } = codecFor(type);
    it(`is linear in the members of ${cql}`, () =>
      expectLinear(
        members.map((member) => ({ name: member, text: (length) => json(length, member) })),
        (text) => {
          const result = attempt(() => input.safeParse(parseJson(text))) as
            | ReturnType<typeof input.safeParse>
            | undefined;
          return result?.success === true ? encode(result.data) : null;
        },
      ));
  }

  const digits = (length: number) =>
    Array.from({ length: length / 4 }, (_, index) => `${index * 65_536}`);
  const digitsIn: [type: CqlType, valueOf: (length: number) => unknown][] = [
    [{ kind: "set", of: text }, digits],
    [
      { kind: "map", key: text, value: int },
      (length) => Object.fromEntries(digits(length).map((each) => [each, 1])),
    ],
  ];
  for (const [type, valueOf] of digitsIn) {
    const { cql, input } = codecFor(type);
    it(`is linear in members of ${cql} that are digits whose low bits are equal`, async () =>
      expect(await superlinearGrowth(valueOf, (value) => input.safeParse(value))).toBe(null));
  }

  it("is linear as the name of a bucket", () =>
    expectLinear(TEXTS, (text) => parseBucketName(text, "month")));

  for (const [name, { matches }] of Object.entries(TEXT_FORMS)) {
    it(`is linear as ${name}`, () => {
      const frames: typeof FRAMES = [["", ""], ["a@", "!"], ["http://", " "], ["en-", "-"]];
      return expectLinear(repeated(frames), (text) => matches(text));
    });
  }

  for (
    const source of ["(?:a|a)*b", "(?:a+)+b", "(?:.*.*)*x", "(?:[a-z]+\\.?)+[0-9]", ".*a.{20}"]
  ) {
    it(`is linear in the pattern ${source}`, () => {
      const pattern = compilePattern(source);
      if ("state" in pattern) throw new Error(pattern.state);
      return expectLinear(TEXTS, (text) => pattern.matches(text));
    });
  }

  it("is linear where it is a mistake", () =>
    expectLinear(TEXTS, (text) => [
      invalidInput([{
        pointer: pointerTo(["body", text]),
        detail: suggest(text, ["observed_at"]),
      }]),
    ]));
});

describe("the time of an answer", () => {
  it("is linear as CSV", () =>
    expectLinear(TEXTS, (text) => csvText([{ a: text, b: [text] }], COLUMNS)));

  for (const type of [{ kind: "text" }, { kind: "list", of: { kind: "text" } }] as const) {
    const { cql, encode, writeJson } = codecFor(type);
    const out = new JsonWriter();
    it(`is linear as the JSON of ${cql}`, () =>
      expectLinear(
        TEXTS,
        (text) => {
          const bytes = encode(type.kind === "text" ? text : [text]);
          out.clear();
          writeJson(bytes, 0, bytes.length, out);
        },
      ));
  }
});

function arrayOf(length: number, member: string): string {
  return `[${`${member},`.repeat(Math.ceil(length / (member.length + 1)))}${member}]`;
}
