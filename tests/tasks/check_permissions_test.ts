/** `deno task check` reads what the service may read: a route that the service could not load is a mistake. */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { runTask } from "../support/programs.ts";

const ROUTE = `import { defineRoute } from "cqlgate";
import { text } from "../../elsewhere/text.ts";

export default defineRoute({
  method: "get",
  path: "/text",
  access: { kind: "public" },
  responses: { 200: { description: "A text" } },
}, (context) => context.text(text));
`;

describe("deno task check", () => {
  it("refuses a route that imports a file outside its project, as the service does", async () => {
    const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
    try {
      await Deno.mkdir(`${folder}/elsewhere`);
      await Deno.writeTextFile(`${folder}/elsewhere/text.ts`, 'export const text = "a";\n');
      for (const name of ["queries", "routes"]) {
        await Deno.mkdir(`${folder}/project/${name}`, { recursive: true });
      }
      await Deno.writeTextFile(`${folder}/project/routes/text.ts`, ROUTE);
      const { code, stdout, stderr } = await runTask("check", {
        env: { CQL_DIR: `${folder}/project`, CASSANDRA_CONTACT_POINTS: "" },
      });
      expect([code, stdout + stderr]).toEqual([
        1,
        expect.stringContaining(
          'Cannot import "../../elsewhere/text.ts": the process may not read it',
        ),
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});
