/**
 * The events of the audit log, as schemas: the types are inferred from them, `docs/audit.schema.json` and
 * the table in `docs/audit.md` are generated from them. A field, once released, keeps its meaning; a
 * reader must ignore fields that it does not know.
 *
 * @module
 */
import { z } from "zod";

/** Changes when a field changes its meaning or goes. */
export const AUDIT_SCHEMA = "cqlgate.audit/1";

const time = z.iso.datetime();
const nullable = z.string().nullable();

/** One column of a partition key. Exactly one of the fields beside `column` is there. */
const keyPart = z.object({
  column: z.string(),
  value: z.json().optional().describe("The value, as the API writes it"),
  one_of: z.array(z.json()).optional().describe("The values of an `IN`"),
  sha256: z.string().optional().describe(
    "SHA-256 of the bytes of a value that has more than 1,024 of them",
  ),
  hmac_sha256: z.union([z.string(), z.array(z.string())]).optional().describe(
    "Of a value that `@sensitive … hash` hides; of each value of an `IN`",
  ),
  hidden: z.literal(true).optional().describe("A value that `@sensitive` leaves out"),
});

const partition = z.object({ table: z.string(), key: z.array(keyPart) });

const lines = z.object({
  read: z.int().nonnegative(),
  written: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  unknown: z.int().nonnegative(),
});

function kind<const Kind extends string>(name: Kind) {
  return z.literal(name).describe("What kind of event it is");
}

/** What every event has. */
const envelope = {
  schema: z.literal(AUDIT_SCHEMA).describe("The version of this contract"),
  time: time.describe("When it happened, by the clock of the replica, in UTC"),
  process: z.uuid().describe("Identifies the process that wrote it; each start makes a new one"),
  sequence: z.int().nonnegative().describe(
    "Counts the events of the process from 1. A gap is an event that was lost; events that were lost at the end of a process leave no gap",
  ),
};

const caller = {
  subject: nullable.describe("The claim `sub`; null without a valid token"),
  issuer: nullable.describe("The claim `iss`; null without a valid token"),
  client_id: nullable.describe(
    "The client: the claim `client_id`, or else `azp`, `cid` or `appid`",
  ),
  auth_time: time.nullable().describe("When the caller logged in, by the claim `auth_time`"),
  address: z.string().describe(
    "Where the request came from: an IPv4 address, or the first 64 bits of an IPv6 address",
  ),
};

const request = {
  method: z.string().describe(
    "The method of the request; `_OTHER` for a method that HTTP does not define",
  ),
  route: z.string().describe("The template of the route, such as `/stations/{station_id}`"),
  request_id: z.string().describe("The same as in `X-Request-Id` and in the log"),
  trace_id: nullable.describe("The trace id of OpenTelemetry; null if the request is not traced"),
};

const operation = {
  id: z.uuid().describe("Identifies the operation; its intent and its outcome have the same id"),
  ...caller,
  ...request,
  query: z.string().describe("The name of the query"),
  statement_sha256: z.string().describe(
    "SHA-256 of the statement without its comments and layout: tells versions of a query apart",
  ),
  operation: z.enum(["write", "bulk_write", "read"]).describe("The kind of operation"),
  partitions: z.array(partition).describe(
    "The partitions that it reads or writes, each once, 100 at most, with the values that the statement itself fixes",
  ),
  partitions_complete: z.boolean().describe(
    "False if there are more partitions than are listed; always false in the intent of a bulk upload",
  ),
};

/** What may become of an operation. */
export const OUTCOMES = [
  "ok",
  "applied",
  "not_applied",
  "repeated",
  "refused",
  "failed",
  "incomplete",
  "outcome_unknown",
] as const;

const intentSchema = z.object({
  event: kind("intent"),
  ...envelope,
  ...operation,
});

const outcomeSchema = z.object({
  event: kind("outcome"),
  ...envelope,
  ...operation,
  outcome: z.enum(OUTCOMES).describe("What became of the operation: see Outcomes"),
  code: nullable.describe("The error code of the API; null if there was no error"),
  rows: z.int().nonnegative().nullable().describe(
    "The rows that were read for the caller, where a page of a stream counts once it begins to go out; 0 if the read ended in an error before its answer began, or with 304; null for writes, which Cassandra does not count",
  ),
  lines: lines.nullable().describe(
    "The lines of a bulk upload, counted by what became of them; else null",
  ),
});

const status = z.int().nonnegative().describe("The HTTP status");
const code = nullable.describe("The error code of the API; null if a handler answered without one");

const refusalSchema = z.object({
  event: kind("refusal"),
  ...envelope,
  ...caller,
  ...request,
  status,
  code,
});

const refusalsSchema = z.object({
  event: kind("refusals"),
  ...envelope,
  subject: caller.subject,
  issuer: caller.issuer,
  address: nullable.describe("Null where there were too many addresses to tell apart"),
  method: nullable.describe("Null for callers without a valid token, or where there were too many"),
  route: nullable.describe("Null for callers without a valid token, or where there were too many"),
  status,
  code,
  count: z.int().nonnegative().describe(
    "How many refusals of the interval, or dropped events, it stands for",
  ),
  since: time.describe("The beginning of the interval that ends with `time`"),
});

const droppedSchema = z.object({
  event: kind("dropped"),
  ...envelope,
  count: z.int().nonnegative().describe(
    "How many refusals of the interval, or dropped events, it stands for",
  ),
});

export const EVENT_SCHEMAS = {
  intent: intentSchema,
  outcome: outcomeSchema,
  refusal: refusalSchema,
  refusals: refusalsSchema,
  dropped: droppedSchema,
} as const;

export const auditEventSchema = z.discriminatedUnion("event", [
  intentSchema,
  outcomeSchema,
  refusalSchema,
  refusalsSchema,
  droppedSchema,
]);

export type AuditEvent = z.infer<typeof auditEventSchema>;
export type EventKind = AuditEvent["event"];
export type Outcome = typeof OUTCOMES[number];
export type KeyPart = z.infer<typeof keyPart>;
export type Partition = z.infer<typeof partition>;
export type BulkLines = z.infer<typeof lines>;

type Of<Kind extends EventKind> = Omit<
  Extract<AuditEvent, { event: Kind }>,
  "event" | "schema" | "time" | "process" | "sequence"
>;

/** Who called, from where, and by which route. */
export type RequestFacts = Readonly<
  Pick<
    Of<"refusal">,
    | "subject"
    | "issuer"
    | "client_id"
    | "auth_time"
    | "address"
    | "method"
    | "route"
    | "request_id"
    | "trace_id"
  >
>;

/** What an operation is, before it begins. */
export type OperationFacts = Readonly<Omit<Of<"intent">, "id">>;

/** What became of an operation. Partitions that were not known before replace those of the intent. */
export interface OutcomeFacts {
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly rows: number | null;
  readonly lines: BulkLines | null;
  readonly partitions?: readonly Partition[];
  readonly partitionsComplete?: boolean;
}

/** Why a request was turned away. */
export type RefusalFacts = RequestFacts & Readonly<Pick<Of<"refusal">, "status" | "code">>;

/** What an event has beside its envelope. */
export type EventBody = { [Kind in EventKind]: { readonly event: Kind } & Readonly<Of<Kind>> }[
  EventKind
];
