/**
 * Whom a token speaks for, as somebody sees it who can have tokens made: two claims that differ are never
 * one tenant, two subjects never one caller, and nothing but an access token lets anybody in.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { claimsOf, newKey, signJwt } from "../support/auth/token_signer.ts";
import { codeOf, sendRaw } from "../support/clients/raw_http.ts";
import { type AttackedService, startAttackedService } from "./attacked_service.ts";

/** The columns that a claim is bound to, by the name of their table. */
const TENANTS: Readonly<Record<string, string>> = {
  texts: "text",
  bigints: "bigint",
  ints: "int",
  varints: "varint",
  decimals: "decimal",
  doubles: "double",
  blobs: "blob",
  uuids: "uuid",
  booleans: "boolean",
  inets: "inet",
  instants: "timestamp",
  sets: "frozen<set<text>>",
};

const CQL = {
  migration: Object.entries(TENANTS).map(([table, type]) =>
    `CREATE TABLE ${table} (tenant ${type}, id int, PRIMARY KEY (tenant, id));\n`
  ).join(""),
  queries: Object.keys(TENANTS).map((table) => `
-- name: add_to_${table} :exec
-- @route POST /${table}
-- @scope use
-- @param tenant in claim:tenant
INSERT INTO ${table} (tenant, id) VALUES (:tenant, :id);

-- name: list_${table} :many
-- @route GET /${table}
-- @scope use
-- @param tenant in claim:tenant
SELECT id FROM ${table} WHERE tenant = :tenant;
`).join("") + `
-- name: list_shared :many
-- @route GET /shared
-- @scope use
-- @page size=1
SELECT id FROM texts WHERE tenant = 'shared';
`,
};

let service: AttackedService;
before(async () => {
  service = await startAttackedService(CQL);
  for (const id of [1, 2, 3]) {
    await service.client.execute(`INSERT INTO texts (tenant, id) VALUES ('shared', ${id})`);
  }
});
after(() => service?.[Symbol.asyncDispose]());

/** A token whose claims are this JSON text; `members` come last, and replace others of their name. */
async function tokenWith(members: string, as: Record<string, unknown> = {}): Promise<string> {
  const { issuer } = service;
  const replaced = new Set(Array.from(members.matchAll(/"(\w+)":/g), ([, name]) => name));
  const claims = Object.entries({ ...claimsOf(issuer), scope: "use" })
    .filter(([name]) => !replaced.has(name));
  const text = `${JSON.stringify(Object.fromEntries(claims)).slice(0, -1)},${members}}`;
  const by = issuer.keys[0]!;
  return await signJwt(text, { by, as: { alg: "ES256", typ: "at+jwt", kid: by.kid, ...as } });
}

async function send(path: string, token: string, json?: unknown): Promise<[number, string]> {
  const response = await fetch(service.url + path, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(json === undefined ? {} : { method: "POST", body: JSON.stringify(json) }),
  });
  return [response.status, await response.text()];
}

/** Claims, as JSON, of which no two are the same value of the column's type. */
const CLAIMS: Readonly<Record<string, readonly string[]>> = {
  texts: [
    ...['"acme"', '"ACME"', '"acme "', '"acme\\u0000"', '"\\ufeffacme"', '"\\uff41cme"'],
    ...['["acme"]', '{"tenant":"acme"}', '{"toString":"acme"}', '"a,b"', '["a","b"]'],
    ...['"caf\\u00e9"', '"cafe\\u0301"', '"\\ufffd"', '"\\ud800"', '"\\ud801"', '"\\udc00"'],
    ...['"[object Object]"', "{}", '"undefined"', '"null"', "null", '"true"', "true", '""', "[]"],
    ...['"1"', "1", "1.0", '"1.0"', '"Infinity"', "1e999", "-1e999", "0", "-0", '"-0"'],
    ...["9007199254740993", "9007199254740992", '"9007199254740993"'],
  ],
  bigints: [
    ...["9007199254740993", "9007199254740992", "9223372036854775807", "9223372036854775808"],
    ...["-9223372036854775808", "18446744073709551617", '"18446744073709551618"', "1", "true"],
    ...["1.0000000000000000000001", "0", "1e-400", '"-0"', '""', "null", "[]", "[7]", '"\\uff17"'],
    ...["7", '" 7"', '"07"', '"+7"', '"0x7"', '"7n"', '"7.0"', "7.5", '{"valueOf":7}'],
  ],
  ints: ["1", "4294967297", "-1", "4294967295", "2147483647", "2147483647.4", "2147483648"],
  varints: [
    ...["1e30", "1000000000000000000000000000001", '"1e30"', "0", "1e999999999", "-1e999999999"],
    ...["1e-999999999", "1e9999999999999999999", "0.1"],
  ],
  decimals: [
    ...["0.1", "0.10000000000000000001", "0", "1e-999999999", "1e999999999", "-1e999999999"],
    ...["1e99999999999999999999", '"1e99999999999"', "1", "true", '"0x1"', '" 1"'],
  ],
  doubles: [
    ...["0.1", "0.1000000000000000055511151231257827", "0.10000000000000001"],
    ...["9007199254740992", "9007199254740993", "1e308", '"Infinity"', "1e400", "1e500"],
    ...["0", "1e-400", "1e-500", "1", "true", '" 1"', '"0x1"', '""'],
  ],
  blobs: ['"YQ=="', '"YR=="', '"YQ"', '"YQ==\\n"', '"Y Q=="', '"-_=="', '"YQ==YQ=="', '""'],
  uuids: [
    '"c59cadbc-043d-436d-b8f6-3356f372fce6"',
    '"{c59cadbc-043d-436d-b8f6-3356f372fce6}"',
    '"c59cadbc043d436db8f63356f372fce6"',
    '"urn:uuid:c59cadbc-043d-436d-b8f6-3356f372fce6"',
  ],
  booleans: ["true", '"yes"', "1", '"1"', '"TRUE"', "false", "null", "0", '""', "[]", '"no"'],
  inets: [
    ...['"192.0.2.8"', '"192.0.2.010"', '"192.0.520"', '"3221225992"', '"0xC0000208"'],
    ...['"192.0.2.8/32"', '"::1"', '"::1%1"', '"[::1]"', '"127.0.0.1"', '"localhost"', '"127.1"'],
  ],
  instants: [
    ...['"2010-01-01T00:00:00Z"', '"2010-01-01T00:00:00.0001Z"', "1262304000000"],
    ...['"2010-01-01"', '"1262304000000"', '"2010-01-01T00:00:00"', '"2010-01-01 00:00:00+0000"'],
  ],
  sets: ['["a","b"]', '["a","b","b"]', '["a"]', '"a"', '{"0":"a"}', '["\\ufffd"]', '["\\ud800"]'],
};

describe("Claims that differ", () => {
  for (const [table, claims] of Object.entries(CLAIMS)) {
    it(`are different tenants of ${TENANTS[table]}, or none`, () =>
      service.withstand(async () => {
        const tokens = await Promise.all(claims.map((claim) => tokenWith(`"tenant":${claim}`)));
        const written = await Promise.all(
          tokens.map((token, id) => send(`/${table}`, token, { id })),
        );
        const read = await Promise.all(tokens.map((token) => send(`/${table}`, token)));
        const outcomes = claims.map((claim, id) => {
          const answers = [written[id]!, read[id]!].map(([status, text]) =>
            status === 403 ? codeOf({ text }) : `${status} ${text}`
          );
          return [claim, ...answers];
        });
        const page = (id: number) => JSON.stringify({ items: [{ id }], next_cursor: null });
        expect(outcomes).toEqual(claims.map((claim, id) => [
          claim,
          ...written[id]![0] === 403
            ? ["missing_claim", "missing_claim"]
            : ["204 ", `200 ${page(id)}`],
        ]));
        expect(written.some(([status]) => status === 204)).toBe(true);
      }));
  }
});

/** Cursors that the first caller was given are of no use to the second. */
describe("Subjects that differ", () => {
  const SUBJECTS: readonly [one: string, other: string][] = [
    ['"\\ud800"', '"\\ud801"'],
    ['"a"', '"a\\u0000"'],
    ['"a"', '" a"'],
    ['"a"', '"A"'],
    ['"\\u00e9"', '"e\\u0301"'],
    ['"\\"],[\\""', '"\\\\\\"],[\\\\\\""'],
    ['"[object Object]"', '"{}"'],
  ];
  for (const [one, other] of SUBJECTS) {
    it(`are two callers: ${one} and ${other}`, async () => {
      const [status, text] = await send("/shared", await tokenWith(`"sub":${one}`));
      expect(status).toBe(200);
      const path = `/shared?cursor=${JSON.parse(text).next_cursor}`;
      expect((await send(path, await tokenWith(`"sub":${one},"jti":"2"`)))[0]).toBe(200);
      const [refused, problem] = await send(path, await tokenWith(`"sub":${other}`));
      expect([refused, codeOf({ text: problem })]).toEqual([400, "invalid_cursor"]);
    });
  }
});

describe("A token that is not an access token", () => {
  const KINDS: readonly [members: string, header?: Record<string, unknown>][] = [
    ['"sub":["someone"]'],
    ['"sub":{"toString":"someone"}'],
    ['"sub":9007199254740993'],
    ['"sub":false'],
    ['"aud":"urn:cqlgate:api "'],
    ['"aud":{"0":"urn:cqlgate:api"}'],
    ['"aud":["urn:cqlgate:apI"]'],
    ['"exp":"99999999999"'],
    ['"exp":[99999999999]'],
    ['"exp":1e-400'],
    ['"exp":99999999999999999999'],
    ['"nbf":99999999999'],
    ['"iat":1e300'],
    ['"scope":"use","scope":"other"'],
    ['"scope":{"use":true}'],
    ['"scope":[["use"]]'],
    ['"typ":"id"', { typ: "JWT" }],
    ['"typ":null', { typ: "JWT" }],
    ['"typ":"Bearer "', { typ: "JWT" }],
    ['"token_use":"id"', { typ: "at+jwt" }],
    ['"token_use":["access"]', { typ: undefined }],
    ['"at_hash":null', { typ: "JWT" }],
    ['"events":[]', { typ: undefined }],
    ['"nonce":""', { typ: "JWT" }],
    ['"jti":"1"', { typ: "id+jwt" }],
    ['"jti":"1"', { typ: "at+jwt; v=1" }],
    ['"jti":"1"', { typ: " at+jwt" }],
    ['"jti":"1"', { typ: "application/application/at+jwt" }],
    ['"jti":"1"', { typ: ["at+jwt"] }],
    ['"jti":"1"', { typ: null }],
    ['"jti":"1"', { alg: "HS256" }],
    ['"jti":"1"', { alg: "es256" }],
    ['"jti":"1"', { kid: "first\u0000" }],
    ['"jti":"1"', { crit: [] }],
    ['"jti":"1"', { b64: true }],
  ];
  for (const [members, header = {}] of KINDS) {
    it(`is refused: ${members} in ${JSON.stringify(header)}`, async () => {
      const [status, text] = await send("/shared", await tokenWith(members, header));
      expect([status, codeOf({ text })]).toEqual([401, "invalid_token"]);
    });
  }
});

describe("Credentials", () => {
  it("are one header, however they are spelled", async () => {
    const good = await tokenWith('"jti":"1"');
    const bad = await signJwt(claimsOf(service.issuer), {
      by: await newKey(),
      as: { alg: "ES256", typ: "at+jwt", kid: "first" },
    });
    const ATTEMPTS: [headers: string[], status: number][] = [
      [[`Authorization: Bearer ${good}`], 200],
      [[`AUTHORIZATION:bearer  ${good}`], 200],
      [[`Authorization: Bearer ${bad}`], 401],
      [[`Authorization: Bearer ${good}`, `Authorization: Bearer ${bad}`], 400],
      [[`Authorization: Bearer ${bad}`, `Authorization: Bearer ${good}`], 400],
      [[`Authorization: Bearer ${good}, Bearer ${good}`], 400],
      [[`Authorization: Basic YTpi`, `Authorization: Bearer ${good}`], 401],
      [[`Authorization: Bearer\t${good}`], 401],
      [[`Authorization: Bearer ${good}=`], 401],
      [[`Authorization: Bearer ${good}\u00e9`], 400],
      [[`Authorization: Bearer`, `X-Authorization: Bearer ${good}`], 400],
      [[`Proxy-Authorization: Bearer ${good}`], 401],
      [[`Cookie: access_token=${good}`], 401],
    ];
    for (const [headers, status] of ATTEMPTS) {
      const response = await sendRaw(service.url, { path: "/shared", headers });
      expect([headers, response.status]).toEqual([headers, status]);
    }
    const inUrl = await sendRaw(service.url, { path: `/shared?access_token=${good}` });
    expect(inUrl.status).toBe(401);
  });
});

describe("Many callers at once", () => {
  it("get their own rows, each time", () =>
    service.withstand(async () => {
      const tenants = Array.from({ length: 20 }, (_, index) => `tenant ${index}`);
      const tokens = await Promise.all(tenants.flatMap((tenant) =>
        ["one", "other"].map(async (sub) => ({
          tenant,
          token: await tokenWith(`"tenant":"${tenant}","sub":"${sub}"`),
        }))
      ));
      for (const [id, { token }] of tokens.entries()) {
        await send("/texts", token, { id });
      }
      const requests = Array.from(
        { length: 400 },
        (_, index) =>
          tokens[index * 7 % tokens.length]!,
      );
      const answers = await Promise.all(requests.map(({ token }) => send("/texts", token)));
      for (const [index, [status, text]] of answers.entries()) {
        const first = 2 * tenants.indexOf(requests[index]!.tenant);
        const ids = JSON.parse(text).items.map(({ id }: { id: number }) => id);
        expect([status, ids]).toEqual([200, [first, first + 1]]);
      }
    }));
});

// The last one: whatever was sent above must not be there.
describe("The log", () => {
  it("has neither tokens nor claims in it", () => {
    const log = service.process.log.map((entry) => JSON.stringify(entry));
    expect(log.length).toBeGreaterThan(100);
    expect(log.filter((line) => /eyJ|acme|tenant \d/i.test(line))).toEqual([]);
  });
});
