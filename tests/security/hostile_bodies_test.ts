/**
 * Bodies that no honest client sends: in single bytes, without an end, longer than the limit, of nothing
 * but newlines. Memory is in proportion to what is kept, and is given back.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import {
  codeOf,
  connectTo,
  headOf,
  type RawRequest,
  readResponse,
  readToEnd,
  sendRaw,
  writeAll,
} from "../support/clients/raw_http.ts";
import { peakMemory } from "../support/process_memory.ts";
import { type AttackedService, startAttackedService } from "./attacked_service.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, note text);",
  queries: `
-- name: create_note :exec
-- @route POST /notes
-- @public
INSERT INTO notes (id, note) VALUES (:id, :note);

-- name: load_notes :exec
-- @route POST /load
-- @public
-- @bulk
INSERT INTO notes (id, note) VALUES (:id, :note);

-- name: count_notes :one
-- @route GET /count
-- @public
SELECT count(*) AS count FROM notes;
`,
};

const MAX_BODY_BYTES = 1_000_000;
const MEGABYTES = 1_000_000;

let service: AttackedService;
before(async () => {
  service = await startAttackedService({
    ...CQL,
    env: { MAX_BODY_BYTES: `${MAX_BODY_BYTES}` },
  });
});
after(() => service?.[Symbol.asyncDispose]());

const encoder = new TextEncoder();
const JSON_TYPE = "Content-Type: application/json";
const NDJSON = "Content-Type: application/x-ndjson";
const CSV = "Content-Type: text/csv";
const CHUNKED = "Transfer-Encoding: chunked";

function post(path: string, headers: readonly string[], body: RawRequest["body"]): RawRequest {
  return { method: "POST", path, headers, ...(body === undefined ? {} : { body }) };
}

/** Each byte in a chunk of its own. */
function scattered(text: string): string {
  return `${Array.from(text, (character) => `1\r\n${character}\r\n`).join("")}0\r\n\r\n`;
}

/** Sends a text in parts, so that many chunks do not come in as one. */
async function sendInParts(request: RawRequest, { parts }: { parts: number }) {
  using connection = await connectTo(service.url);
  await writeAll(connection, headOf(request));
  const bytes = encoder.encode(request.body as string);
  const size = Math.ceil(bytes.length / parts);
  for (let start = 0; start < bytes.length; start += size) {
    await writeAll(connection, bytes.subarray(start, start + size));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return await readResponse(connection);
}

describe("A body in single bytes", () => {
  const ONE = JSON.stringify({ id: 1, note: "x".repeat(10_000) });
  const LINES = Array.from({ length: 300 }, (_, id) => JSON.stringify({ id, note: "x" })).join(
    "\n",
  );
  const RECORDS = `id,note\r\n${
    Array.from({ length: 300 }, (_, id) => `${id},"x ""y""\n"\r\n`).join("")
  }`;
  const CASES: [what: string, request: RawRequest][] = [
    ["JSON", post("/notes", [JSON_TYPE, CHUNKED], scattered(ONE))],
    ["JSON to a route of many inputs", post("/load", [JSON_TYPE, CHUNKED], scattered(ONE))],
    ["NDJSON", post("/load", [NDJSON, CHUNKED], scattered(LINES))],
    ["NDJSON of one line", post("/load", [NDJSON, CHUNKED], scattered(ONE))],
    ["CSV", post("/load", [CSV, CHUNKED], scattered(RECORDS))],
    [
      "chunks with extensions",
      post(
        "/notes",
        [JSON_TYPE, CHUNKED],
        `${Array.from(ONE, (each) => `1;${"e".repeat(50)}=1\r\n${each}\r\n`).join("")}0\r\n\r\n`,
      ),
    ],
  ];
  for (const [what, request] of CASES) {
    it(`costs what its bytes cost, six at a time: ${what}`, () =>
      service.returnsMemory(150 * MEGABYTES, () =>
        service.withstand(async () => {
          const before = await peakMemory(service.process.pid);
          const answers = await Promise.all(
            Array.from({ length: 6 }, () => sendInParts(request, { parts: 40 })),
          );
          for (const { status } of answers) expect([200, 204]).toContain(status);
          expect(await peakMemory(service.process.pid) - before).toBeLessThan(300 * MEGABYTES);
        })));
  }
});

describe("A body without an end", () => {
  const BLOCK = `10000\r\n${"x".repeat(0x10000)}\r\n`;

  it("is refused once it is too long, without waiting for its sender", () =>
    service.withstand(async () => {
      const before = await peakMemory(service.process.pid);
      const senders = Array.from({ length: 8 }, async () => {
        using connection = await connectTo(service.url);
        await writeAll(connection, headOf(post("/notes", [JSON_TYPE, CHUNKED], "")));
        const answer = readResponse(connection);
        // Ten times what a body may have, for all that the service says.
        for (let block = 0; block < 160; block++) {
          try {
            await writeAll(connection, encoder.encode(BLOCK));
          } catch {
            break;
          }
        }
        return codeOf(await answer);
      });
      expect(new Set(await Promise.all(senders))).toEqual(new Set(["body_too_large"]));
      expect(await peakMemory(service.process.pid) - before).toBeLessThan(200 * MEGABYTES);
    }));

  it("is refused by its declared length, before it arrives", () =>
    service.withstand(async () => {
      for (const length of [`${MAX_BODY_BYTES + 1}`, "99999999999", "18446744073709551615"]) {
        const headers = [JSON_TYPE, `Content-Length: ${length}`];
        const response = await sendRaw(service.url, post("/notes", headers, "{"));
        expect([length, response.status, codeOf(response)]).toEqual([
          length,
          413,
          "body_too_large",
        ]);
      }
    }));
});

describe("A request whose length is in doubt", () => {
  /** What would be a request of its own, if the two ends did not agree where a body ends. */
  const SMUGGLED = "PUT /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
  const DOUBTFUL: readonly (readonly string[])[] = [
    ["Content-Length: 2", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 2"],
    ["Content-Length: 2", "Content-Length: 40"],
    ["Content-Length: 2, 40"],
    ["Content-Length: +2"],
    ["Content-Length: 0x2"],
    ["Content-Length: -2"],
    ["Content-Length: 99999999999999999999999"],
    ["Transfer-Encoding: xchunked"],
    ["Transfer-Encoding: chunked, identity"],
    ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    ["Transfer-Encoding : chunked"],
  ];
  for (const headers of DOUBTFUL) {
    it(`is not two requests: ${headers.join(" and ")}`, async () => {
      using connection = await connectTo(service.url);
      const lines = ["POST /notes HTTP/1.1", "Host: localhost", JSON_TYPE, ...headers, "", ""];
      await writeAll(connection, encoder.encode(`${lines.join("\r\n")}{}${SMUGGLED}`));
      await connection.closeWrite();
      const text = new TextDecoder().decode(await readToEnd(connection));
      const statuses = Array.from(text.matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status]) => status);
      expect(statuses.length).toBeLessThanOrEqual(1);
      expect(["400", "413", "415", "422", undefined]).toContain(statuses[0]);
    });
  }
});

describe("A body whose chunks are malformed", () => {
  const CASES: Readonly<Record<string, string>> = {
    "a size that is not a number": "zz\r\n{}\r\n0\r\n\r\n",
    "a size below zero": "-2\r\n{}\r\n0\r\n\r\n",
    "a size beyond 64 bits": "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "more bytes than the size says": "2\r\n{}{}\r\n0\r\n\r\n",
    "an extension of 5,000 characters": `2;${"e".repeat(5_000)}\r\n{}\r\n0\r\n\r\n`,
    "a trailer that is not a header": "2\r\n{}\r\n0\r\nno header\r\n\r\n",
  };
  for (const [what, chunks] of Object.entries(CASES)) {
    it(`is refused, and not waited for: ${what}`, async () => {
      using connection = await connectTo(service.url);
      const waits = [JSON_TYPE, CHUNKED, "Expect: 100-continue"];
      await writeAll(connection, headOf(post("/notes", waits, "")));
      // What is malformed from the beginning, the runtime refuses without an answer.
      const interim = new Uint8Array(64 * 1024);
      const length = await connection.read(interim);
      expect(new TextDecoder().decode(interim.subarray(0, length!))).toContain("100 Continue");
      await writeAll(connection, encoder.encode(chunks));
      const answer = await readResponse(connection);
      expect([answer.status, codeOf(answer)]).toEqual([400, "malformed_request"]);
    });
  }
});

describe("A body in a transfer coding", () => {
  const chunks = `2\r\n{}\r\n0\r\n\r\n`;
  const CODED: readonly (readonly string[])[] = [
    ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: gzip", CHUNKED],
    ["Transfer-Encoding: identity, chunked"],
    ["Transfer-Encoding: chunked, chunked"],
    [CHUNKED, CHUNKED],
  ];
  for (const coding of CODED) {
    for (const [path, type] of [["/notes", JSON_TYPE], ["/load", JSON_TYPE], ["/load", NDJSON]]) {
      it(`is not read as if it had none: ${path}, ${type}, ${coding.join(" and ")}`, async () => {
        const answer = await sendRaw(service.url, post(path!, [type!, ...coding], chunks));
        // Some of them the runtime refuses, and says nothing.
        expect(answer.status).toBe(400);
        expect(["malformed_request", null]).toContain(codeOf(answer));
      });
    }
  }

  it("is read where it is in chunks and nothing else, in any spelling", async () => {
    const request = post("/load", [NDJSON, "Transfer-Encoding:  Chunked "], chunks);
    expect((await sendRaw(service.url, request)).text).toContain('"read":1');
  });
});

describe("An upload of nothing", () => {
  const CASES: Readonly<Record<string, string>> = {
    "newlines": "\n".repeat(2 * MEGABYTES),
    "carriage returns": "\r\n".repeat(MEGABYTES),
    "empty objects": "{}\n".repeat(MEGABYTES / 3),
    "brackets": "[\n".repeat(MEGABYTES / 2),
    "one line without an end": "[".repeat(2 * MEGABYTES),
    "bytes that are not UTF-8": "\x80\n".repeat(MEGABYTES / 2),
    "an unknown member in each line": '{"a":1}\n'.repeat(MEGABYTES / 8),
  };
  for (const [what, text] of Object.entries(CASES)) {
    it(`keeps nobody waiting, four at a time: ${what}`, () =>
      service.returnsMemory(150 * MEGABYTES, () =>
        service.withstand(async () => {
          const body = Uint8Array.from(text, (character) => character.charCodeAt(0));
          const request = post("/load", [NDJSON, `Content-Length: ${body.length}`], body);
          const answers = await Promise.all(
            Array.from({ length: 4 }, () => sendRaw(service.url, request)),
          );
          for (const answer of answers) {
            expect(answer.status).toBe(200);
            expect(answer.text).toContain('"written":0');
          }
        })));
  }

  const RECORDS: Readonly<Record<string, string>> = {
    "newlines": `id,note\n${"\n".repeat(2 * MEGABYTES)}`,
    "empty records": `id,note\n${",\r\n".repeat(MEGABYTES / 3)}`,
    "commas": `id,note\n${",".repeat(2 * MEGABYTES)}`,
    "quotes": `id,note\n${'"'.repeat(2 * MEGABYTES)}`,
    "quotes in wrong places": `id,note\n${'1,"a"b\n'.repeat(MEGABYTES / 7)}`,
    "a quote that never closes": `id,note\n1,"${'x,\n""'.repeat(MEGABYTES / 2)}`,
    "a field that is too long": `id,note\n1,"${"x".repeat(10 * MEGABYTES)}"\n`,
    "bytes that are not UTF-8": `id,note\n${"1,\x80\n".repeat(MEGABYTES / 4)}`,
    "no header but empty lines": "\r\n".repeat(MEGABYTES),
    "a header of commas": `${",".repeat(MEGABYTES / 2)}id,note\n`,
    "a header of unknown columns": `${"a,".repeat(MEGABYTES / 3)}id,note\n1,x\n`,
    "a header that never ends": `id,"${"note\n".repeat(MEGABYTES)}`,
  };
  for (const [what, text] of Object.entries(RECORDS)) {
    it(`keeps nobody waiting with CSV, four at a time: ${what}`, () =>
      service.returnsMemory(150 * MEGABYTES, () =>
        service.withstand(async () => {
          const body = Uint8Array.from(text, (character) => character.charCodeAt(0));
          const request = post("/load", [CSV, `Content-Length: ${body.length}`], body);
          const answers = await Promise.all(
            Array.from({ length: 4 }, () => sendRaw(service.url, request)),
          );
          for (const answer of answers) {
            expect([200, 400, 413, 422]).toContain(answer.status);
            expect(answer.text).toContain(answer.status === 200 ? '"written":0' : '"code":');
          }
        })));
  }

  it("writes nothing, after all of it", async () => {
    const { rows } = await service.client.execute("SELECT id FROM notes");
    expect(rows.map(({ id }) => id).every((id) => id < 300)).toBe(true);
  });
});
