import { expect } from "@std/expect";
import { after, afterEach, before, beforeEach, describe, it } from "@std/testing/bdd";
import type { Observation } from "../../observe/observation.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { replaceFile } from "../../tests/support/replace_file.ts";
import { type ControlFile, openControlFile } from "./control_file.ts";

let directory: string;
before(async () => {
  directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
});
after(() => Deno.remove(directory, { recursive: true }));

let path: string;
let control: ControlFile;
let observations: Observation[];
beforeEach(async () => {
  path = `${directory}/${crypto.randomUUID()}.json`;
  observations = [];
  await Deno.writeTextFile(path, '{"queries_off": ["list_items"]}');
  control = await openControlFile(path, { observe: (each) => observations.push(each) });
});
afterEach(() => control.close());

const write = (text: string) => replaceFile(path, text);
const applied = () => observations.map((each) => each.kind === "control" && each.applied);

describe("openControlFile()", () => {
  it("applies what the file says at once, and what it says later within a while", async () => {
    expect(control.state.queries).toEqual(new Set(["list_items"]));
    await write('{"read_only": true}');
    await eventually("it has seen the file", () => control.state.readOnly);
    expect(control.state.queries).toEqual(new Set());
    expect(observations).toEqual([
      { kind: "control", applied: true, readOnly: false, queries: 1, callers: 0, cause: undefined },
      { kind: "control", applied: true, readOnly: true, queries: 0, callers: 0, cause: undefined },
    ]);
  });

  for (
    const [what, spoil] of [
      ["is not JSON", () => write("{")],
      ["has an unknown member", () => write('{"read_only": false, "queries": []}')],
      ["is gone", () => Deno.remove(path)],
      ["is too large", () => write(" ".repeat(1024 * 1024) + "{}")],
    ] as const
  ) {
    it(`keeps what holds while the file ${what}, and says so once`, async () => {
      await spoil();
      for (const _ of [1, 2, 3]) await control.refresh();
      expect(control.state.queries).toEqual(new Set(["list_items"]));
      expect(applied()).toEqual([true, false]);
      expect(observations[1]).toMatchObject({
        queries: 1,
        cause: expect.objectContaining({ message: expect.stringContaining(path) }),
      });
      await write('{"queries_off": ["list_items"]}');
      await control.refresh();
      expect(applied()).toEqual([true, false, true]);
    });
  }

  it("applies what the file says when it is asked, though an earlier look is still under way", async () => {
    const pipe = `${path}.pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await Deno.rename(pipe, path);
    const earlier = control.refresh();
    // It is open once the look has begun to read, which ends when this end is closed.
    const held = await Deno.open(path, { write: true });
    await replaceFile(path, '{"read_only": true}');
    const later = control.refresh();
    await held.write(new TextEncoder().encode('{"queries_off": ["list_items"]}'));
    held.close();
    await earlier;
    expect(control.state.readOnly).toBe(false);
    await later;
    expect(control.state.readOnly).toBe(true);
  });

  it("warns of a name that is not served", async () => {
    control.noteNames(["list_item", "other"]);
    await write('{"queries_off": ["other", "third_query"]}');
    await control.refresh();
    const warnings = observations.map((each) => each.kind === "warning" && each.message);
    expect(warnings.filter((message) => message !== false)).toEqual([
      'The control file switches off "list_items", which is not served: did you mean "list_item"?',
      'The control file switches off "third_query", which is not served',
    ]);
  });

  it("fails if the file cannot be read at first", async () => {
    const observe = () => {};
    await expect(openControlFile(`${path}.gone`, { observe })).rejects.toThrow(
      /^Cannot read control file/,
    );
    await write("[]");
    await expect(openControlFile(path, { observe })).rejects.toThrow(
      `Cannot use control file "${path}": it is not a JSON object`,
    );
  });
});
