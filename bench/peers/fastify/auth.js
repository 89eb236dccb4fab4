/**
 * Bearer tokens of the Fastify peer: fast-jwt verifies each once, and remembers it until it expires.
 *
 * @module
 */
import { createPublicKey } from "node:crypto";
import { createDecoder, createVerifier } from "fast-jwt";

export function createAuth({ keySet, issuer, audience }) {
  const decode = createDecoder({ complete: true });
  const verifiers = new Map(keySet.keys.map((key) => [
    key.kid,
    createVerifier({
      key: createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }),
      algorithms: ["RS256"],
      allowedIss: issuer,
      allowedAud: audience,
      requiredClaims: ["exp", "sub"],
      cache: 10_000,
    }),
  ]));
  const [[onlyKeyId]] = verifiers;

  function verify(token) {
    const keyId = verifiers.size === 1 ? onlyKeyId : decode(token).header.kid;
    return verifiers.get(keyId)(token);
  }

  /** A hook that lets a scope through. */
  return (scope) =>
    function authorise(request, reply, done) {
      const { authorization } = request.headers;
      let claims;
      try {
        if (!authorization?.startsWith("Bearer ")) throw new Error("no token");
        claims = verify(authorization.slice("Bearer ".length));
      } catch {
        reply.code(401).send({ status: 401 });
        return;
      }
      if (!claims.scope?.split(" ").includes(scope) || typeof claims.tenant !== "string") {
        reply.code(403).send({ status: 403 });
        return;
      }
      request.claims = claims;
      done();
    };
}
