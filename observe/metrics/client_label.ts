/**
 * Client ids as values of a label. An issuer may register any number of clients, and each value is a
 * series that is kept in memory: the first get their own, all others share one.
 *
 * @module
 */

/** Without a token, or with a token that names no client. */
export const NO_CLIENT = "_none";
const OTHER_CLIENT = "_other";
const MAX_CLIENTS = 100;
const MAX_CHARACTERS = 128;

/** @returns the label for a client id */
export function createClientLabels(): (clientId: string | null) => string {
  const known = new Set<string>();
  return (clientId) => {
    if (clientId === null) return NO_CLIENT;
    if (known.has(clientId)) return clientId;
    if (known.size >= MAX_CLIENTS || clientId.length > MAX_CHARACTERS) return OTHER_CLIENT;
    known.add(clientId);
    return clientId;
  };
}
