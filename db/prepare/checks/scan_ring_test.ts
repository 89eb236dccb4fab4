import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Diagnostic } from "../../../catalog/text/source.ts";
import { checkScanRing } from "./scan_ring.ts";
import { parseOne } from "../../../tests/support/cql/parse_queries.ts";

const TEXT = `
-- name: scan :many
-- @scan 4 from=:start_token to=:end_token
SELECT id FROM t WHERE token(id) > :start_token AND token(id) <= :end_token;
`;

function mistakesOn(partitioner: string, text = TEXT): string[] {
  const query = parseOne(text);
  const found: Diagnostic[] = [];
  checkScanRing(query, partitioner, (diagnostic) => found.push(diagnostic));
  return found.map(({ message }) => message);
}

describe("checkScanRing()", () => {
  it("takes the ring of the default partitioner alone", () => {
    expect(mistakesOn("org.apache.cassandra.dht.Murmur3Partitioner")).toEqual([]);
    for (const name of ["RandomPartitioner", "ByteOrderedPartitioner"]) {
      expect(mistakesOn(`org.apache.cassandra.dht.${name}`)).toEqual([
        `Cannot scan: the cluster has the partitioner "${name}", whose tokens are not known`,
      ]);
    }
  });

  it("has nothing against other queries", () => {
    const text = TEXT.replace(/^-- @scan.*\n/m, "");
    expect(mistakesOn("org.apache.cassandra.dht.RandomPartitioner", text)).toEqual([]);
  });
});
