/**
 * The rows about tokens, the audit log and the processes.
 *
 * @module
 */
import { OF, type PanelRow, rateOf } from "./panel.ts";

export const IDENTITY: PanelRow = {
  title: "Tokens and audit",
  panels: [
    {
      title: "Token cache",
      description: "A miss verifies a signature, or asks the issuer.",
      unit: "reqps",
      kind: "stack",
      queries: [{
        expr: `sum by (result) (${rateOf(`cqlgate_token_cache_lookups_total{${OF}}`)})`,
        legend: "{{result}}",
      }],
    },
    {
      title: "Fetches of issuers' keys",
      description: "After a failure, the previous keys stay in use.",
      unit: "ops",
      kind: "lines",
      queries: [{
        expr: `sum by (issuer, result) (${rateOf(`cqlgate_issuer_key_fetches_total{${OF}}`)})`,
        legend: "{{issuer}}: {{result}}",
      }],
    },
    {
      title: "Audit events",
      description: "Written, dropped and waiting. None should be dropped.",
      unit: "short",
      kind: "lines",
      queries: [
        {
          expr: `sum by (result) (${rateOf(`cqlgate_audit_events_total{${OF}}`)})`,
          legend: "{{result}} a second",
        },
        { expr: `sum(cqlgate_audit_queue_events{${OF}})`, legend: "waiting" },
      ],
    },
  ],
};

export const PROCESSES: PanelRow = {
  title: "Processes",
  panels: [
    {
      title: "Memory",
      description:
        "Resident, by replica, with the JavaScript heap, other buffers, and answers that callers read slowly.",
      unit: "bytes",
      kind: "lines",
      queries: [
        { expr: `process_resident_memory_bytes{${OF}}`, legend: "{{instance}}" },
        { expr: `cqlgate_heap_used_bytes{${OF}}`, legend: "{{instance}}, heap" },
        { expr: `cqlgate_external_memory_bytes{${OF}}`, legend: "{{instance}}, buffers" },
        { expr: `cqlgate_load_unread_bytes{${OF}}`, legend: "{{instance}}, unread answers" },
      ],
    },
    {
      title: "CPU",
      description:
        "Seconds per second. JavaScript runs on one thread; anything above 1 is the runtime's own threads.",
      unit: "short",
      kind: "lines",
      queries: [{ expr: rateOf(`process_cpu_seconds_total{${OF}}`), legend: "{{instance}}" }],
    },
    {
      title: "Releases",
      description: "How many replicas run each release.",
      unit: "short",
      kind: "lines",
      queries: [{
        expr: `count by (version) (cqlgate_build_info{${OF}})`,
        legend: "{{version}}",
      }],
    },
  ],
};
