/**
 * A small body that is handed over at once, of a request that lasts until its caller has it. The runtime does not say how far
 * it is with a body before that, so the caller has a limit for all of it. After that the connection is ended, where this
 * process can; elsewhere a proxy has to.
 *
 * @module
 */
import type { Context } from "hono";
import type { AppEnv } from "../../context.ts";
import { ReaderStalled } from "./paced_body.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A stream of the bytes: the runtime would say of a plain body that it was delivered as soon as it has it. */
export function deliveredBody(
  { env, get }: Context<AppEnv>,
  bytes: Bytes,
): ReadableStream<Bytes> {
  const request = get("request");
  const { stallTimeoutMs } = request;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    request.cause = new ReaderStalled(stallTimeoutMs);
    resolve(false);
    env.end?.();
  }, stallTimeoutMs);
  request.completion = promise;
  env.completed.then(() => resolve(true), () => resolve(false)).finally(() => clearTimeout(timer));
  return new ReadableStream<Bytes>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
