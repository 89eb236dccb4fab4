import { trace } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect } from "@std/expect";
import { it } from "@std/testing/bdd";
import { collectsSpans } from "./span_collection.ts";

it("collectsSpans() is true from when a provider is registered until it is taken away", () => {
  trace.disable();
  expect(collectsSpans()).toBe(false);
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [] }));
  expect(collectsSpans()).toBe(true);
  trace.disable();
  expect(collectsSpans()).toBe(false);
});
