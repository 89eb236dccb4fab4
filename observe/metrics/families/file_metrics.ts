/**
 * The metrics of certificates and passwords that are replaced while the service runs.
 *
 * @module
 */
import prometheus from "prom-client";
import { type ObservationOf, REPLACEABLE_FILES } from "../../observation.ts";

export interface FileMetrics {
  files(observation: ObservationOf<"files">): void;
  certificate(observation: ObservationOf<"certificate">): void;
}

export function createFileMetrics(register: prometheus.Registry): FileMetrics {
  const registers = [register];
  const ok = new prometheus.Gauge({
    name: "cqlgate_files_ok",
    help: "0 while what is in these files now cannot be used and what was there before is, else 1",
    labelNames: ["files"],
    registers,
  });
  for (const files of REPLACEABLE_FILES) ok.set({ files }, 1);
  const expiresAt = new prometheus.Gauge({
    name: "cqlgate_certificate_expiry_timestamp_seconds",
    help: "When the certificate that the API shows its clients expires; only where TLS_CERT is set",
    registers,
    // A gauge with a label has no series until it is set: 0 would be long ago.
    labelNames: ["files"],
  });
  return {
    files: (observation) => ok.set({ files: observation.of }, observation.ok ? 1 : 0),
    certificate: (observation) =>
      expiresAt.set({ files: "api_certificate" }, observation.expiresAt / 1000),
  };
}
