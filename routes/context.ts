/**
 * What is known of a request while it is served. One record, made first and read last.
 *
 * @module
 */
import type { Code } from "../errors/codes.ts";
import type { Stopwatch } from "../observe/stopwatch.ts";

/** The claims of a verified token by name; a number that JavaScript would round is an `ExactNumber`. */
export type Claims = Readonly<Record<string, unknown>>;

/** Whom a token speaks for. */
export interface Identity {
  /** The claim `iss`. */
  readonly issuer: string;
  /** The claim `sub`, which is unique among those of the issuer. */
  readonly subject: string;
  /** Issuer and subject in one: what everything that is kept for a caller is kept by. */
  readonly caller: string;
  /** The claim `client_id` or `azp`; null where the token has neither. */
  readonly clientId: string | null;
  readonly scopes: ReadonlySet<string>;
  readonly claims: Claims;
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface RequestContext {
  readonly id: string;
  /** `performance.now()` at arrival. */
  readonly startedAt: number;
  /** Runs while Cassandra is being waited for. */
  readonly cassandra: Stopwatch;
  /** The template of the route that matched, such as `/stations/{station_id}`. */
  route: string;
  /** Null before authentication and on public routes. */
  identity: Identity | null;
  /** The code of the problem that was answered with. */
  code: Code | null;
  /** What the operator should know of a failure. */
  cause: unknown;
  /**
   * Of a response that goes on after its headers: resolves when its last byte is out, to true, or when
   * it broke off, to false. Null for all others.
   */
  completion: Promise<boolean> | null;
}

/** Hono's environment of every app of this service. */
export interface AppEnv {
  /** What the runtime says of the connection. */
  Bindings: Deno.ServeHandlerInfo<Deno.NetAddr>;
  Variables: { request: RequestContext };
}
