/**
 * The kind of setting that names a claim.
 *
 * @module
 */
import { type ClaimPath, parseClaimPath } from "../../../catalog/text/claim_path.ts";
import type { SettingKind } from "./setting_kind.ts";

/** The path of a claim, as `@param … in claim:` takes it. */
export function claimPath(): SettingKind<ClaimPath> {
  return {
    range: "a claim, such as `tenant` or `realm_access.tenant`",
    read(text, fail) {
      const path = parseClaimPath(text);
      if (path === null) {
        fail("expected a path such as realm_access.tenant, with other names in double quotes");
      }
      return path ?? [];
    },
  };
}
