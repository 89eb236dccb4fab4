/**
 * Names that clients use for what has another name in CQL.
 *
 * @module
 */

/** What survives a URL, a JSON object and the clients that are generated from OpenAPI. */
export const CLIENT_NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;
