/**
 * `deno task bench:docs RESULT`: writes the tables of docs/benchmarks.md and of the README, and the plots beside
 * them, from the result of a run.
 *
 * @module
 */
import { readSection, replaceSection } from "../../dev/docs/section.ts";
import { plotsOf } from "../plots/plots.ts";
import { runBench } from "../run_bench.ts";
import { reportOf, shortReportOf } from "./markdown.ts";
import { readResult } from "./result.ts";

const ROOT = new URL("../../", import.meta.url);
const IMAGES = "docs/images/bench";
const PAGE = "docs/benchmarks.md";

async function publish(path: string): Promise<void> {
  const result = await readResult(path);
  const plots = plotsOf(result);
  for (const folder of [IMAGES, "bench/results"]) {
    await Deno.mkdir(new URL(folder, ROOT), { recursive: true });
  }
  for (const [file, svg] of plots) {
    await Deno.writeTextFile(new URL(`${IMAGES}/${file}`, ROOT), svg);
  }
  const images = [...plots.keys()].map((file) =>
    `![${file.replace(".svg", "").replaceAll("-", " ")}](images/bench/${file})`
  );
  await write(PAGE, "benchmarks", [reportOf(result), ...images].join("\n\n"));
  await write("README.md", "benchmarks", shortReportOf(result));
  await Deno.writeTextFile(
    new URL("bench/results/published.json", ROOT),
    `${JSON.stringify(result)}\n`,
  );
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", IMAGES, PAGE, "README.md", "bench/results/published.json"],
    cwd: ROOT,
  }).spawn().status;
}

async function write(page: string, name: string, content: string): Promise<void> {
  const url = new URL(page, ROOT);
  const before = await Deno.readTextFile(url);
  if (readSection(before, name) === null) {
    throw new Error(`Cannot write "${page}": it has no section "<!-- ${name} -->"`);
  }
  await Deno.writeTextFile(url, replaceSection(before, { name, text: `\n${content}\n` }));
}

if (import.meta.main) {
  await runBench("bench:docs", async () => {
    const [path] = Deno.args;
    if (path === undefined) throw new TypeError("Cannot write the tables: name a result");
    await publish(path);
  });
}
