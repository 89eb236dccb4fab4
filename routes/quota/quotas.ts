/**
 * The quotas of every route, from the rates of its query and its file, or else from the configuration. Their
 * counts outlive the app: apps that replace each other share them.
 *
 * @module
 */
import type { Access, Query, Rate } from "../../catalog/query.ts";
import type { AddressReader } from "../load/client_address.ts";
import { BucketTable } from "./bucket_table.ts";
import type { QuotaSet } from "./enforce_quotas.ts";
import { compileQuota, type QuotaOptions } from "./quota.ts";

export interface QuotaSourceOptions {
  /** For routes that need a token and have no rate of that quantity. */
  readonly rateLimits: readonly Rate[];
  /** The same for public routes. */
  readonly publicRateLimits: readonly Rate[];
  /** The processes that share what quotas allow. */
  readonly replicas: number;
  readonly addressOf: AddressReader;
}

/** What we know about a hand-written route. */
export interface RatedRoute {
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly rates: readonly Rate[];
}

export interface Quotas {
  /** The quotas of a query that has a route. */
  ofQuery(query: Query): QuotaSet;
  /** The quotas of a hand-written route. */
  ofRoute(route: RatedRoute): QuotaSet;
}

/** A rate, and the requests that it counts together. */
interface ScopedRate {
  readonly rate: Rate;
  readonly over: string;
}

export function createQuotas(options: QuotaSourceOptions): Quotas {
  const { replicas, addressOf } = options;
  const table = new BucketTable();

  function quotasOf(
    own: readonly ScopedRate[],
    { access, route }: { readonly access: Access } & Pick<QuotaOptions, "route">,
  ) {
    const isPublic = access.kind === "public";
    const given = new Set(own.map(({ rate }) => rate.quantity));
    const fallback = (isPublic ? options.publicRateLimits : options.rateLimits)
      .filter(({ quantity }) => !given.has(quantity))
      .map((rate) => ({ rate, over: isPublic ? "public" : "default" }));
    return [...own, ...fallback].map(({ rate, over }) =>
      compileQuota(rate, { isPublic, over, route, table, replicas, addressOf })
    );
  }

  return {
    ofQuery({ name, nameSpan, access, rates, route }) {
      const own = rates.map((rate) => ({
        rate,
        over: rate.over === "query" ? `query ${name}` : `file ${nameSpan.file.path}`,
      }));
      const place = route === null ? name : `${route.method} ${route.path}`;
      return { of: name, quotas: quotasOf(own, { access, route: place }) };
    },
    ofRoute({ method, path, access, rates }) {
      const route = `${method.toUpperCase()} ${path}`;
      const own = rates.map((rate) => ({ rate, over: `route ${route}` }));
      return { of: route, quotas: quotasOf(own, { access, route }) };
    },
  };
}
