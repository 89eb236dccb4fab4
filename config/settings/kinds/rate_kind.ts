/**
 * The kind of setting that is a list of rates, as `@rate` writes them.
 *
 * @module
 */
import { parseRate, type Rate } from "../../../catalog/tags/parts/rate.ts";
import {
  defaultPartition,
  nameOfRate,
  tokenPartOf,
} from "../../../catalog/tags/parts/rate_name.ts";
import { asClause } from "../../../catalog/text/as_clause.ts";
import { partsOf, type SettingKind } from "./setting_kind.ts";

/** @param isPublic whether they are for callers without a token */
export function rates({ isPublic }: { isPublic: boolean }): SettingKind<readonly Rate[]> {
  return {
    range: "rates as `@rate` takes them, comma-separated",
    read(text, fail) {
      const names = new Set<string>();
      return partsOf(text).flatMap((part) => {
        const { rate, mistakes } = parseRate(part);
        for (const { message, help } of mistakes) {
          fail(`${asClause(message)}: ${asClause(help)}`, part);
        }
        if (rate === null) return [];
        const ofToken = isPublic ? tokenPartOf(rate) : null;
        if (ofToken !== null) fail(`${ofToken} needs a token, which these callers lack`, part);
        const name = nameOfRate({ ...rate, per: rate.per ?? defaultPartition({ isPublic }) });
        if (names.has(name)) fail(`two rates are named "${name}": keep one of them`, part);
        names.add(name);
        return [rate];
      });
    },
  };
}
