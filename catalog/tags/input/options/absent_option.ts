/**
 * `absent=null`: what happens if a body leaves the parameter out. Its column's value is then deleted,
 * as by null, so that a PUT replaces the whole row; without the option the value stays as it is.
 *
 * @module
 */

import type { ParamOption } from "./param_option.ts";

export const absentOption: ParamOption<"null"> = {
  read({ text, span }, report) {
    if (text === "null") return "null";
    report({
      span,
      message: `Unknown value "${text}" of "absent"`,
      help: 'Write "absent=null", or leave the option out: what is not sent then stays as it is',
    });
    return null;
  },
  sources: ["body"],
  elsewhere: {
    path: "Remove it, or take the value from the body",
    query: "Remove it, or take the value from the body",
    header: "Remove it, or take the value from the body",
  },
  check({ span }, { name, optional }, report) {
    if (optional) return;
    report({
      span,
      message: `Cannot use "absent": "${name.text}" must be sent`,
      help: `Write the name as "${name.text}?", so that it may be left out`,
    });
  },
};
