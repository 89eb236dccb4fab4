/**
 * Where people log in: the endpoints of the issuer that the docs page needs for the code flow, from the
 * issuer's metadata. The page does not wait long for them: without, it is served with no way to log in.
 *
 * @module
 */
import { endpointOf, fetchMetadata } from "../auth/issuer/metadata.ts";
import type { Observe } from "../../observe/observation.ts";
import { within } from "../../runtime/within.ts";

/** Endpoints of an issuer (OpenID Connect Discovery 1.0, section 3). */
export interface LoginEndpoints {
  readonly authorization: string;
  readonly token: string;
}

/** Resolves to null while the issuer cannot be asked. Never rejects. */
export type FindEndpoints = () => Promise<LoginEndpoints | null>;

/** For the issuer's answer. */
const TIMEOUT_MS = 5_000;
/** How long endpoints are kept. */
const MAX_AGE_MS = 600_000;
/** Visitors cause no more attempts than one in this time. */
const RETRY_MS = 5_000;
/** How long a page waits for them. */
const MAX_WAIT_MS = 2_000;
/**
 * How many pages wait at a time; others are served without a way to log in. They take no places of routes: those
 * who look at the docs while the issuer is away would fill them with waiting.
 */
const MAX_WAITING = 64;

/** @param observe hears once of each time that the issuer stops answering */
export function createEndpointFinder(issuer: string, observe: Observe): FindEndpoints {
  let known: LoginEndpoints | null = null;
  let hasFailed = false;
  let nextAttemptAt = -Infinity;
  let attempt: Promise<void> = Promise.resolve();
  let waiting = 0;

  async function refresh(): Promise<void> {
    try {
      const metadata = await fetchMetadata(issuer, AbortSignal.timeout(TIMEOUT_MS));
      known = {
        authorization: endpointOf(metadata, { member: "authorization_endpoint", issuer }),
        token: endpointOf(metadata, { member: "token_endpoint", issuer }),
      };
      hasFailed = false;
      nextAttemptAt = performance.now() + MAX_AGE_MS;
    } catch (cause) {
      nextAttemptAt = performance.now() + RETRY_MS;
      if (!hasFailed) {
        observe({ kind: "warning", message: "Nobody can log in on the docs page", cause });
      }
      hasFailed = true;
    }
  }

  return async () => {
    if (performance.now() >= nextAttemptAt) {
      // Until it ends, nobody begins another one.
      nextAttemptAt = Infinity;
      attempt = refresh();
    }
    if (known === null && waiting < MAX_WAITING) {
      waiting++;
      await within(attempt, MAX_WAIT_MS);
      waiting--;
    }
    return known;
  };
}
