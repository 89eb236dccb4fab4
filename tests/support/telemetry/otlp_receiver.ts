/**
 * A receiver of OTLP/HTTP (the JSON encoding of OpenTelemetry's protocol), which keeps what it is sent.
 *
 * @module
 */

/** A value of an attribute, as the protocol types it. */
export interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

export interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** 2 is a server's, 3 a client's. */
  readonly kind: number;
  readonly attributes: readonly OtlpAttribute[];
}

export interface OtlpLog {
  readonly severityText: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly body: { readonly stringValue: string };
}

/** A metric as it was last received. */
export interface OtlpMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: { readonly isMonotonic?: boolean; readonly dataPoints: readonly OtlpPoint[] };
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
}

export interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[];
  readonly asDouble?: number;
  /** Of a histogram. */
  readonly count?: string | number;
  readonly explicitBounds?: readonly number[];
}

export interface OtlpReceiver extends AsyncDisposable {
  /** What a process needs in its environment to send here. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly OtlpSpan[];
  readonly logs: readonly OtlpLog[];
  /** By name. */
  readonly metrics: ReadonlyMap<string, OtlpMetric>;
  /** Everything that came in, as text. */
  readonly text: string;
}

interface OtlpBody {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
  readonly resourceSpans?: readonly { scopeSpans: readonly { spans: readonly OtlpSpan[] }[] }[];
  readonly resourceLogs?: readonly { scopeLogs: readonly { logRecords: readonly OtlpLog[] }[] }[];
}

export function startOtlpReceiver(): OtlpReceiver {
  const spans: OtlpSpan[] = [];
  const logs: OtlpLog[] = [];
  const metrics = new Map<string, OtlpMetric>();
  let text = "";
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, async (request) => {
    const body = await request.text();
    text += body;
    const { resourceSpans = [], resourceLogs = [], resourceMetrics = [] } = JSON.parse(
      body,
    ) as OtlpBody;
    spans.push(...resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans)));
    for (const { scopeMetrics } of resourceMetrics) {
      for (const each of scopeMetrics) {
        for (const metric of each.metrics) metrics.set(metric.name, metric);
      }
    }
    logs.push(
      ...resourceLogs.flatMap((each) => each.scopeLogs.flatMap(({ logRecords }) => logRecords)),
    );
    return Response.json({});
  });
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
    },
    spans,
    logs,
    metrics,
    get text() {
      return text;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
