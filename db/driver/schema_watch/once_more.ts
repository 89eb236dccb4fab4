/**
 * Runs a statement once more where replicas did not understand it: for a moment after an `ALTER TABLE`, a
 * node that knows the new column asks others for it that do not know it yet, even if the statement does
 * not name it. They fail, and the driver drops their reason. So the nodes are asked whether they agree on
 * the schema; the second run waits until they do. Where they do all along, and none has announced a change, the
 * failure is another one. So it is where they go on disagreeing, as nodes of two major versions of Cassandra do
 * while an upgrade lasts.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { agreesOnSchema } from "./schema_agreement.ts";
import type { Deadline } from "../timing/deadline.ts";

const { readFailure, writeFailure } = cassandra.types.responseErrorCodes;

const INTERVAL_MS = 100;
/** A change that was announced within this time may be the reason, even if the nodes agree by now. */
const RECENT_MS = 2_000;
/** Within this, each node has heard that another one has a new schema. */
const NOTICE_MS = 500;
/** Nodes that agree later are not waited for. */
const MAX_WAIT_MS = 2_000;

/** While nothing is announced, nodes that disagreed for a whole wait within this time are not waited for again. */
const LASTING_MS = 30_000;

/** When a node last announced a change to each client, in the time of `performance.now()`. */
const changes = new WeakMap<cassandra.Client, number>();

/** Call it when a node announces that the schema has changed. */
export function noteSchemaChange(client: cassandra.Client): void {
  changes.set(client, performance.now());
}

/** When the nodes of each client were last seen to disagree after a whole wait, in the same time. */
const disagreements = new WeakMap<cassandra.Client, number>();

export interface OnceMoreOptions {
  readonly isIdempotent: boolean;
  readonly deadline: Deadline;
}

/**
 * @throws the error of the last run; for a write, the error of the first run: some replicas may have written,
 * whatever the second run says
 */
export function onceMoreOnMismatch<Result>(
  client: cassandra.Client,
  run: () => Promise<Result>,
  { isIdempotent, deadline }: OnceMoreOptions,
): Promise<Result> {
  // Nearly all runs succeed, and an async function for each would be felt.
  return run().catch(async (error) => {
    if (!isIdempotent || !isFailureOfReplicas(error)) throw error;
    const { promise: timeout, resolve } = Promise.withResolvers<false>();
    const waitMs = Math.max(0, deadline.leftMs - INTERVAL_MS);
    const timer = setTimeout(() => resolve(false), waitMs);
    const isWorthwhile = await Promise.race([haveDisagreed(client, error), timeout]);
    clearTimeout(timer);
    if (!isWorthwhile) throw error;
    if (error.code === readFailure) return await run();
    return await run().catch(() => {
      throw error;
    });
  });
}

const waits = new WeakMap<cassandra.Client, Promise<boolean>>();

/** One wait for all statements that failed meanwhile. Never rejects. */
function haveDisagreed(client: cassandra.Client, failure: FailureOfReplicas): Promise<boolean> {
  const running = waits.get(client) ??
    waitForAgreement(client, failure).finally(() => waits.delete(client));
  waits.set(client, running);
  return running;
}

/** Whether the nodes disagreed and agree now, for which it waits. */
async function waitForAgreement(
  client: cassandra.Client,
  { coordinator }: FailureOfReplicas,
): Promise<boolean> {
  const startedAt = performance.now();
  const within = (at = -Infinity, ms: number) => startedAt - at < ms;
  const isLasting = within(disagreements.get(client), LASTING_MS) &&
    !within(changes.get(client), LASTING_MS);
  let disagreed = isLasting;
  for (;;) {
    const agrees = await agreesOnSchema(client, coordinator).catch(() => true);
    const now = performance.now();
    disagreed ||= !agrees || within(changes.get(client), RECENT_MS);
    if (agrees) disagreements.delete(client);
    if (agrees && disagreed) return true;
    if (isLasting || now - startedAt > (disagreed ? MAX_WAIT_MS : NOTICE_MS)) {
      if (disagreed) disagreements.set(client, now);
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

/** An answer of a coordinator. */
type FailureOfReplicas = cassandra.errors.ResponseError & { readonly coordinator?: string };

function isFailureOfReplicas(error: unknown): error is FailureOfReplicas {
  return error instanceof cassandra.errors.ResponseError &&
    (error.code === readFailure || error.code === writeFailure);
}
