/**
 * The id of one of the service's own tables. Two runners that create a table at the same moment would give it
 * two ids, and rows written under one of them would be lost (CASSANDRA-9424, CASSANDRA-10699). With an id that
 * both know, they create the same table.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A UUID of version 8 (RFC 9562): the start of the SHA-256 of the table's name and its keyspace's. */
export function ownTableId(keyspace: string, table: string): string {
  const bytes = createHash("sha256").update(JSON.stringify(["cqlgate", keyspace, table])).digest();
  bytes[6] = 0x80 | bytes[6]! & 0x0f;
  bytes[8] = 0x80 | bytes[8]! & 0x3f;
  const hex = bytes.toString("hex");
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]]
    .map(([start, end]) => hex.slice(start, end)).join("-");
}
