/**
 * Where tokens have their scopes, if nothing says otherwise.
 *
 * @module
 */
import type { ClaimPath } from "./claim_path.ts";

/** RFC 9068, section 2.2.3, then Okta and Entra ID, Auth0, and Entra ID's roles of applications. */
export const USUAL_SCOPE_CLAIMS: readonly ClaimPath[] = [
  ["scope"],
  ["scp"],
  ["permissions"],
  ["roles"],
];
