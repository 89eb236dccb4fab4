/**
 * What is kept of a run that has broken a promise, to find out why.
 *
 * @module
 */
import type { Ring } from "../../../dev/cassandra/ring.ts";
import type { Gateway } from "../gateway.ts";
import type { Run } from "./report.ts";

/** Writes the history and the logs of the gateways and the nodes to a folder, and returns its path. */
export async function keepEvidence(
  run: Run,
  { ring, gateways }: { readonly ring: Ring; readonly gateways: readonly Gateway[] },
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: `cqlgate-chaos-${run.seed}-` });
  const history = { ...run, ledger: { ...run.ledger, leases: [...run.ledger.leases] } };
  await Deno.writeTextFile(`${folder}/history.json`, JSON.stringify(history, null, 1));
  for (const { name, logFile } of gateways) {
    await Deno.copyFile(logFile, `${folder}/${name}.log`);
  }
  for (const [index, { logFile }] of ring.nodes.entries()) {
    await Deno.copyFile(logFile, `${folder}/node${index + 1}.log`);
  }
  return folder;
}
