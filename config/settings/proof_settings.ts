/**
 * The settings for what the sender of a token has to prove.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { choice } from "./kinds/setting_kind.ts";

export const PROOF_SETTINGS = {
  dpop: {
    name: "DPOP",
    default: "optional",
    kind: choice(["optional", "required"]),
    meaning:
      "Whether tokens have to be bound to a key of the client by DPoP; `PUBLIC_URL` is needed to check the proofs: see [Identity](identity.md#tokens-bound-to-a-key)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
