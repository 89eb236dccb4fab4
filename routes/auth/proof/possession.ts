/**
 * Whether the sender of a token holds what the token is bound to: a key, by DPoP (RFC 9449), or a certificate,
 * by mutual TLS (RFC 8705). It is checked for each request, even if the token itself was verified a moment ago.
 * A bound token is never accepted without its proof.
 *
 * @module
 */
import type { Context } from "hono";
import type { Addresses } from "../../addresses.ts";
import type { AppEnv, Identity } from "../../context.ts";
import { type AddressReader, type PeerTrust } from "../../load/client_address.ts";
import { Slots } from "../../load/slots.ts";
import { BoundedTurns } from "../../load/bounded_turns.ts";
import type { PipelineStep } from "../../step.ts";
import { invalidToken } from "../challenge.ts";
import { type Credentials, type Scheme, schemeOf } from "../credentials.ts";
import { SIGNATURES_AT_ONCE, WAITING } from "../waiting.ts";
import { certificateThumbprint } from "./client_certificate.ts";
import { readProof } from "./dpop_proof.ts";
import { createNonces } from "./nonces.ts";
import { challengeFor, invalidProof, useNonce, wrongScheme } from "./proof_challenge.ts";
import { SpentProofs } from "./spent_proofs.ts";

export interface PossessionOptions {
  /** Whether tokens have to be bound to a key. */
  readonly dpop: "optional" | "required";
  /** The address that proofs are for; without it, none can be checked. */
  readonly publicUrl: string | null;
  readonly addresses: Pick<Addresses, "publicUrlOf">;
  /** What nonces are derived from; the same for all replicas. */
  readonly secrets: readonly Uint8Array[];
  readonly addressOf: AddressReader;
  /** Whose `Client-Cert` counts. */
  readonly isTrustedProxy: PeerTrust;
}

export interface Possession {
  /** How tokens may be sent. */
  readonly schemes: readonly Scheme[];
  /**
   * @param identity whom the verified token names, and what it is bound to
   * @throws {ServiceError} `invalid_token`, `invalid_dpop_proof` or `use_dpop_nonce`; `too_busy` or
   * `too_many_in_flight` if too many proofs are waiting
   */
  assertProven(
    context: Context<AppEnv>,
    credentials: Credentials,
    identity: Pick<Identity, "caller" | "confirmation">,
  ): void | Promise<void>;
  /** Tells the client how to send its token, and which nonce its next proof should have. */
  tellClients(): PipelineStep;
}

export function createPossession(options: PossessionOptions): Possession {
  const { dpop, publicUrl, addresses, addressOf, isTrustedProxy } = options;
  const nonces = createNonces(options.secrets);
  const spent = new SpentProofs();
  const signatures = new BoundedTurns({ slots: new Slots(WAITING), atOnce: SIGNATURES_AT_ONCE });
  const schemes: readonly Scheme[] = publicUrl === null
    ? ["Bearer"]
    : dpop === "required"
    ? ["DPoP"]
    : ["Bearer", "DPoP"];

  async function assertKey(
    context: Context<AppEnv>,
    { token, key, caller }: {
      readonly token: string;
      readonly key: string;
      readonly caller: string;
    },
  ): Promise<void> {
    const { method, url } = context.req.raw;
    const proof = await readProof(context.get("request").headers.get("dpop"), {
      method,
      url: addresses.publicUrlOf(new URL(url)),
      token,
      key,
      now: Date.now(),
    });
    const window = proof.nonce === null ? null : nonces.windowOf(proof.nonce);
    if (window === null) throw useNonce(nonces.current());
    await signatures.run(addressOf(context), () => proof.verifySignature());
    if (!spent.spend({ window, caller, key, jti: proof.jti })) {
      throw invalidProof("The proof was used before: make a new one for each request");
    }
  }

  function assertCertificate(context: Context<AppEnv>, thumbprint: string): void {
    const header = isTrustedProxy(context)
      ? context.get("request").headers.get("client-cert")
      : null;
    if (certificateThumbprint(header) === thumbprint) return;
    throw invalidToken(
      "The token is bound to a certificate: send it over a TLS connection with that certificate",
    );
  }

  return {
    schemes,
    assertProven(context, { scheme, token }, { caller, confirmation }) {
      const { key = null, certificate = null } = confirmation ?? {};
      if (certificate !== null) assertCertificate(context, certificate);
      if (scheme === "DPoP") {
        if (key !== null) return assertKey(context, { token, key, caller });
        throw wrongScheme("The token is not bound to a key: get one with a DPoP proof");
      }
      if (key === null) return;
      if (schemes.includes("DPoP")) {
        throw wrongScheme(
          'The token is bound to a key: send it with the scheme "DPoP", and a proof in the header "DPoP"',
        );
      }
      throw invalidToken("The token is bound to a key, and this service cannot check proofs");
    },
    tellClients() {
      const takesProofs = schemes.includes("DPoP");
      return {
        name: "tellClients",
        headers(context, headers) {
          const challenge = headers.get("www-authenticate");
          // Nothing to say to a client whose token was taken as it is.
          if (challenge === null && !takesProofs) return;
          const used = schemeOf(context.get("request").headers.get("authorization") ?? "");
          if (challenge !== null) {
            headers.set("www-authenticate", challengeFor(challenge, { used, schemes }));
          }
          if (used === "DPoP" && takesProofs) headers.set("dpop-nonce", nonces.current());
        },
      };
    },
  };
}
