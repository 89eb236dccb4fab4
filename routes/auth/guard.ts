/**
 * Who may call a route: a public route is for anybody, any other needs a token and its scopes. A route
 * cannot be mounted without saying which.
 *
 * @module
 */
import type { Access } from "../../catalog/query.ts";
import type { AddressReader } from "../load/client_address.ts";
import type { Load } from "../load/load.ts";
import type { PipelineStep } from "../step.ts";
import { authenticate } from "./authenticate.ts";
import { authorise } from "./authorise.ts";
import type { Possession } from "./proof/possession.ts";
import type { TokenAuthenticator } from "./token_authenticator.ts";

export interface GuardOptions {
  /** Null if no issuer is configured: then only public routes can be mounted. */
  readonly authenticator: TokenAuthenticator | null;
  /** Whether the sender of a token holds the key or certificate that it is bound to. */
  readonly possession: Possession;
  readonly addressOf: AddressReader;
  readonly load: Pick<Load, "noteRefusal">;
}

/** The steps that guard a route, in order; none for a public one. */
export function guard(
  { path, access }: { readonly path: string; readonly access: Access },
  { authenticator, possession, addressOf, load }: GuardOptions,
): PipelineStep[] {
  switch (access.kind) {
    case "public":
      return [];
    case "scopes":
      if (authenticator === null) {
        throw new TypeError(`Cannot mount "${path}": it needs scopes, and no issuer is configured`);
      }
      return [
        possession.tellClients(),
        authenticate({ authenticator, possession, addressOf, load }),
        authorise(access.anyOf),
      ];
    case "internal":
      throw new TypeError(`Cannot mount "${path}": an internal query has no route`);
  }
}
