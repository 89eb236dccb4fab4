/**
 * Whether the runtime exports what a process writes to its console, decided by the environment as the runtime
 * decides. Log lines reach a collector in no other way.
 *
 * Source: Deno 2.9, the variables `OTEL_SDK_DISABLED`, `OTEL_DENO` and `OTEL_DENO_CONSOLE`.
 *
 * @module
 */

export function exportsConsole(env: Readonly<Record<string, string | undefined>>): boolean {
  if (isTrue(env.OTEL_SDK_DISABLED)) return false;
  switch (env.OTEL_DENO_CONSOLE) {
    case "ignore":
      return false;
    case "capture":
    case "replace":
      return true;
    default:
      return isTrue(env.OTEL_DENO);
  }
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}
