/**
 * Which of the media types that a route offers a caller gets (RFC 9110, section 12.5.1).
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { ServiceError } from "../../errors/service_error.ts";

/**
 * @param offered in the order of the route's own preference
 * @throws {ServiceError} `not_acceptable` where the caller takes none of them
 */
export function negotiate<const T extends string>(
  context: Context,
  offered: readonly [T, ...T[]],
): T {
  const header = context.req.header("accept");
  if (header === undefined || header === "*/*") return offered[0];
  const chosen = accepts(context, {
    header: "Accept",
    supports: [...offered],
    default: "",
    match: (accepted) => {
      const ranges = accepted.map(({ type, q }) => ({ type: type.toLowerCase(), q }));
      let best: { type: string; q: number } = { type: "", q: 0 };
      for (const type of offered) {
        const q = qualityOf(type, ranges);
        if (q > best.q) best = { type, q };
      }
      return best.type;
    },
  });
  if (chosen !== "") return chosen as T;
  const types = offered.map((type) => `"${type}"`).join(", ");
  throw new ServiceError(
    "not_acceptable",
    `This route answers in ${types}: name one in "Accept", or leave the header out`,
  );
}

/** The quality of the most specific range that covers a type; 0 where none does. */
function qualityOf(
  type: string,
  ranges: readonly { readonly type: string; readonly q: number }[],
): number {
  const family = `${type.slice(0, type.indexOf("/"))}/*`;
  for (const covering of [type, family, "*/*"]) {
    const range = ranges.find((each) => each.type === covering);
    if (range !== undefined) return range.q;
  }
  return 0;
}
