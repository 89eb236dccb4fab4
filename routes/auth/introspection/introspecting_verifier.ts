/**
 * Token → identity by asking its issuer, for issuers whose tokens are opaque. The answer must meet the same
 * rules as the claims of a JWT, except that two of them may be left out.
 *
 * The issuer is asked about a few tokens at a time. The others wait in a bounded queue, in which one address
 * gets at most half of the slots.
 *
 * @module
 */
import { ServiceError } from "../../../errors/service_error.ts";
import type { Observe } from "../../../observe/observation.ts";
import type { Claims, Identity } from "../../context.ts";
import { Slots } from "../../load/slots.ts";
import { BoundedTurns } from "../../load/bounded_turns.ts";
import { invalidToken } from "../challenge.ts";
import type { IntrospectionClient, TrustedIssuer } from "../issuer/trusted_issuer.ts";
import { checkClaims } from "../jwt/check_claims.ts";
import { assertAccessToken, normaliseType } from "../jwt/token_kind.ts";
import { WAITING } from "../waiting.ts";
import { createIntrospection } from "./introspect.ts";
import { RefusedTokens } from "./refused_tokens.ts";

const ASKED_AT_ONCE = 16;

export interface IntrospectingVerifier {
  /**
   * @param address the address of the caller, whose token is not trusted yet
   * @throws {ServiceError} `invalid_token`, `issuer_unavailable`, `too_busy` or `too_many_in_flight`
   */
  verify(token: string, address: string): Promise<Identity>;
  /** Finds out where to ask ahead of the first token. Never rejects. */
  warmUp(): Promise<void>;
}

export function createIntrospectingVerifier(
  trusted: TrustedIssuer,
  { client, observe }: { readonly client: IntrospectionClient; readonly observe: Observe },
): IntrospectingVerifier {
  const { issuer } = trusted;
  const introspection = createIntrospection({ issuer, ...client, observe });
  const turns = new BoundedTurns({ slots: new Slots(WAITING), atOnce: ASKED_AT_ONCE });
  const tokenTypes = new Set(trusted.tokenTypes.map(normaliseType));

  const refused = new RefusedTokens();

  /** @throws {ServiceError} `invalid_token` */
  function identityOf(answer: Claims): Identity {
    if (answer.active !== true) {
      throw invalidToken("The token is not active: it has expired or was revoked; get a new one");
    }
    const claims = completed(answer, issuer);
    assertTokenType(claims);
    assertAccessToken("at+jwt", claims, { tokenTypes });
    return checkClaims(claims, { ...trusted, now: Date.now() });
  }

  return {
    async verify(token, address) {
      const known = refused.get(token);
      if (known !== null) throw known;
      const answer = await turns.run(address, () => introspection.ask(token)).catch((error) => {
        throw error instanceof ServiceError ? error : issuerUnavailable(error);
      });
      try {
        return identityOf(answer);
      } catch (error) {
        if (error instanceof ServiceError) refused.add(token, error);
        throw error;
      }
    },
    async warmUp() {
      await introspection.locate().catch(() => {});
    },
  };
}

/**
 * Adds what RFC 7662, section 2.2, lets an issuer leave out: its own name, since nobody else was asked, and the
 * subject of a client that acts for itself, which is the client (RFC 9068, section 2.2).
 */
function completed(answer: Claims, issuer: string): Claims {
  const { client_id: client } = answer;
  return { iss: issuer, ...(client === undefined ? {} : { sub: client }), ...answer };
}

/** RFC 7662, section 2.2. Refresh tokens are active too: what says that it is an access token is its type. */
function assertTokenType({ token_type: type, cnf }: Claims): void {
  const name = typeof type === "string" ? type.toLowerCase() : null;
  if (name === "bearer" || name === "dpop" && cnf !== undefined) return;
  throw invalidToken(
    "The token is not an access token: its issuer gives it no type that this service accepts",
  );
}

function issuerUnavailable(cause: unknown): ServiceError {
  return new ServiceError(
    "issuer_unavailable",
    "The issuer cannot be asked about this token, so it cannot be checked: retry later",
    { cause },
  );
}
