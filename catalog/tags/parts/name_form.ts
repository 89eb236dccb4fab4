/**
 * Names that clients use for what has another name in CQL.
 *
 * @module
 */

/** What a name is made of, as an expression and in words. */
export interface NameForm {
  readonly matches: RegExp;
  readonly inWords: string;
}

/** What survives a URL, a JSON object and the clients that are generated from OpenAPI. */
export const CLIENT_NAME: NameForm = {
  matches: /^[A-Za-z_][A-Za-z0-9_.-]*$/,
  inWords: 'Begin with a letter or "_", and go on with letters, digits, ".", "_" and "-"',
};

const MAX_CHARACTERS = 100;

/** What to do about a name that clients cannot use; null if they can. */
export function explainClientName(text: string, form: NameForm): string | null {
  if (text === "__proto__") {
    return 'Use another name: JavaScript does not keep a member "__proto__"';
  }
  if (text.length > MAX_CHARACTERS) return `Use at most ${MAX_CHARACTERS} characters`;
  return form.matches.test(text) ? null : form.inWords;
}
