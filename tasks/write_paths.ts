/**
 * Prints the paths that the service writes its audit log to, for `--allow-write` of `deno task start:audit`.
 *
 * @module
 */
import { writePaths } from "../config/write_paths.ts";

const paths = writePaths(Deno.env.toObject());
// Nothing is printed then, which deno refuses as an empty path.
if (paths.length === 0) console.error('AUDIT_LOG names no file: use "deno task start"');
else console.log(paths.join());
