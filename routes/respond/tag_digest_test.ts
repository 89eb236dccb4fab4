import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import type { CqlType } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { concealsFor, createTextHash } from "../../db/prepare/rows/conceal.ts";
import type { ColumnMask } from "../../db/prepare/column_mask.ts";
import type { EncodedValues } from "../../db/prepare/prepared_query.ts";
import { factsOf } from "../../tests/support/cql/input_facts.ts";
import { compileTagDigest, type DigestFacts } from "./tag_digest.ts";

interface Given {
  readonly statement?: string;
  readonly tags?: string;
  readonly columns?: Readonly<Record<string, CqlType>>;
  /** Of the first column, for callers who do not see it. */
  readonly mask?: ColumnMask | null;
  readonly secret?: number;
}

const TEXT: CqlType = { kind: "text" };
const STATEMENT = "SELECT name, version FROM items WHERE tenant = :tenant AND id = :id";

function digestOf(
  {
    statement = STATEMENT,
    tags = "",
    columns = { name: TEXT, version: { kind: "int" } },
    mask,
    secret = 1,
  }: Given,
  values: EncodedValues = { tenant: Buffer.from("acme"), id: Buffer.from("1") },
): string {
  const text =
    `-- name: get_item :one\n-- @route GET /items/{id}\n-- @public\n${tags}${statement};`;
  const { query, params } = factsOf(text, { tenant: "text", id: "text" });
  const conceals = concealsFor(createTextHash(new Uint8Array(32).fill(secret)));
  const facts: DigestFacts = {
    query,
    params,
    columns: Object.entries(columns).map(([name, type], index) => ({
      name,
      codec: codecFor(type),
      nullable: true,
      computed: false,
      mask: index === 0 ? mask ?? null : null,
    })),
    show: (value, mask) => mask === null ? value : conceals[mask.with](value),
  };
  return compileTagDigest(facts)(values);
}

const place = (...fields: string[]): CqlType => ({
  kind: "udt",
  name: "place",
  fields: fields.map((name) => ({ name, type: TEXT })),
});
const masked = (kind: ColumnMask["with"]): ColumnMask => ({ with: kind, unless: ["pii"] });
const hashed: Given = { mask: masked("hash") };
const RAW = "SELECT photo, photo_type, version FROM items WHERE tenant = :tenant AND id = :id";

describe("The digest of an entity tag", () => {
  it("fits into a tag, and is the same for the same request", () => {
    expect(digestOf({})).toMatch(/^[\w-]{12}$/);
    expect(digestOf({})).toBe(digestOf({}));
    expect(digestOf({})).toBe(
      digestOf({
        statement: STATEMENT.replace(" FROM", "\n  from").replace("tenant =", "tenant="),
      }),
    );
    expect(digestOf(hashed)).toBe(digestOf(hashed));
    expect(digestOf({ mask: { with: "null", unless: ["pii"] } }))
      .toBe(digestOf({ mask: { with: "null", unless: ["billing"] } }));
  });

  const OTHERS: readonly [what: string, one: Given, other: Given][] = [
    ["another column", {}, { statement: STATEMENT.replace("name", "name, owner") }],
    ["another condition", {}, { statement: STATEMENT.replace(":id", ":id AND part = 1") }],
    ["another column of the table", {}, { columns: { name: TEXT } }],
    ["another name of a column", {}, { columns: { title: TEXT, version: { kind: "int" } } }],
    ["another type of a column", {}, { columns: { name: TEXT, version: { kind: "bigint" } } }],
    ["another field of a type", { columns: { at: place("town") } }, {
      columns: { at: place("town", "street") },
    }],
    ["a column that is masked", {}, { mask: masked("null") }],
    ["another mask", { mask: masked("null") }, { mask: masked("redact") }],
    ["another mask that shows a part", { mask: masked("last4") }, { mask: masked("redact") }],
    ["another secret of hashes", hashed, { ...hashed, secret: 2 }],
    ["another disposition of content", {
      statement: RAW,
      tags: "-- @raw photo type=photo_type types=image/png\n",
    }, {
      statement: RAW,
      tags: "-- @raw photo type=photo_type types=image/png disposition=inline\n",
    }],
    ["another type of content", {
      statement: RAW,
      tags: "-- @raw photo type=photo_type types=image/png\n",
    }, { statement: RAW, tags: "-- @raw photo type=photo_type types=image/png|image/jpeg\n" }],
  ];
  for (const [what, one, other] of OTHERS) {
    it(`differs with ${what}`, () => expect(digestOf(one)).not.toBe(digestOf(other)));
  }

  it("differs with another value, however similar", () => {
    const bytes = (text: string) => Buffer.from(text);
    const all: EncodedValues[] = [
      { tenant: bytes("acme"), id: bytes("1") },
      { tenant: bytes("acme"), id: bytes("2") },
      { tenant: bytes("acme1"), id: bytes("") },
      { tenant: bytes(""), id: bytes("acme1") },
      { tenant: bytes("acme1"), id: null },
      { tenant: bytes("acme1") },
      { tenant: null, id: bytes("acme1") },
      { tenant: bytes("1"), id: bytes("acme") },
    ];
    expect(new Set(all.map((values) => digestOf({}, values))).size).toBe(all.length);
    // Only the statement's own values count.
    expect(digestOf({}, { ...all[0], other: bytes("1") })).toBe(digestOf({}, all[0]));
  });
});
