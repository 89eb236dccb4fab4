/**
 * `as=feeCurrency`: the name that clients use for a value, where it is not the marker's. In the path it
 * is the segment's name in OpenAPI and in errors.
 *
 * @module
 */

import type { Word } from "../../../text/comment.ts";
import type { Report } from "../../../text/source.ts";
import { CLIENT_NAME, explainClientName, type NameForm } from "../../parts/name_form.ts";
import { SENT } from "../sources/sent_sources.ts";
import type { ParamOption, TagParts } from "./param_option.ts";

/** What OpenAPI has between the braces of a path. */
const SEGMENT: NameForm = {
  matches: /^[A-Za-z_][A-Za-z0-9_]*$/,
  inWords: 'Begin with a letter or "_", and go on with letters, digits and "_"',
};

/** The names of headers (RFC 9110, section 5.6.2) that no proxy drops. */
const HEADER: NameForm = {
  matches: /^[A-Za-z][A-Za-z0-9-]*$/,
  inWords: 'Begin with a letter, and go on with letters, digits and "-"',
};

export const asOption: ParamOption<string> = {
  read: ({ text }) => text,
  sources: [...SENT, "generated"],
  elsewhere: {},
  check: checkName,
};

function checkName({ text, span }: Word, { source }: TagParts, report: Report): void {
  const place = source?.in;
  const form = place === "path" ? SEGMENT : place === "header" ? HEADER : CLIENT_NAME;
  const help = explainClientName(text, form);
  if (help === null) return;
  report({ span, message: `Cannot use "${text}" as the name of a ${nounOf(place)}`, help });
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
