/**
 * `deno task docs`: writes the parts of the documentation that come from the code. `tests/docs_test.ts`
 * fails if that was forgotten.
 *
 * @module
 */
import { DASHBOARD_PATH, dashboardText } from "../dashboard/render_dashboard.ts";
import { heedToolHelp } from "../usage.ts";
import { AUDIT_SCHEMA_PATH, auditSchemaText } from "./audit_schema.ts";
import { replaceSection } from "./section.ts";
import { TABLES } from "./tables.ts";

heedToolHelp("docs");
const ROOT = new URL("../../", import.meta.url);

for (const { path, name, render } of TABLES) {
  const url = new URL(path, ROOT);
  const page = await Deno.readTextFile(url);
  await Deno.writeTextFile(url, replaceSection(page, { name, text: await render() }));
}
await Deno.writeTextFile(new URL(AUDIT_SCHEMA_PATH, ROOT), auditSchemaText());
await Deno.writeTextFile(new URL(DASHBOARD_PATH, ROOT), dashboardText());
const pages = [...new Set(TABLES.map(({ path }) => path)), AUDIT_SCHEMA_PATH, DASHBOARD_PATH];
const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["fmt", "--quiet", ...pages],
  cwd: ROOT,
}).output();
if (!success) throw new Error(`Cannot format ${pages.join(", ")}`);
