/**
 * `as=feeCurrency`: the name that clients use for a value, where it is not the marker's. In the path it
 * is the segment's name in OpenAPI and in errors.
 *
 * @module
 */

import type { Word } from "../../text/comment.ts";
import type { Report } from "../../text/source.ts";
import { CLIENT_NAME } from "../parts/client_name.ts";
import { type ParamOption, SENT, type TagParts } from "./param_option.ts";

const MAX_CHARACTERS = 100;

const NAME = { form: CLIENT_NAME, characters: ', ".", "_" and "-"' };

/** What OpenAPI has between the braces of a path. */
const SEGMENT = { form: /^[A-Za-z_][A-Za-z0-9_]*$/, characters: ' and "_"' };

/** Of what a header may be called (RFC 9110, section 5.6.2), what no proxy drops. */
const HEADER = { form: /^[A-Za-z][A-Za-z0-9-]*$/, characters: ' and "-"' };

export const asOption: ParamOption<string> = {
  read: ({ text }) => text,
  sources: [...SENT, "generated"],
  elsewhere: {},
  check: checkName,
};

function checkName({ text, span }: Word, { source }: TagParts, report: Report): void {
  const place = source?.in;
  const { form, characters } = place === "path" ? SEGMENT : place === "header" ? HEADER : NAME;
  if (form.test(text) && text.length <= MAX_CHARACTERS) return;
  report({
    span,
    message: `Cannot use "${text}" as the name of a ${nounOf(place)}`,
    help: text.length > MAX_CHARACTERS
      ? `Use at most ${MAX_CHARACTERS} characters`
      : `Begin with a letter, and go on with letters, digits${characters}`,
  });
}

function nounOf(place: string | undefined): string {
  switch (place) {
    case "path":
      return "segment of the path";
    case "header":
      return "header";
    case "body":
      return "member of the body";
    case "generated":
      return "member of the answer";
    default:
      return "parameter";
  }
}
