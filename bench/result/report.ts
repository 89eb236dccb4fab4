/**
 * Writes a result to a folder: JSON, Markdown and plots.
 *
 * @module
 */
import { plotsOf } from "../plots/plots.ts";
import { reportOf } from "./markdown.ts";
import type { Result } from "./result.ts";

/** @param parent gets a folder, named by the time of the run */
export async function writeReport(
  result: Result,
  parent: string,
): Promise<{ folder: string; markdown: string }> {
  const folder = `${parent}/${result.startedAt.slice(0, 19).replaceAll(":", "-")}`;
  await Deno.mkdir(folder, { recursive: true });
  const markdown = reportOf(result);
  await Deno.writeTextFile(`${folder}/result.json`, `${JSON.stringify(result, null, 2)}\n`);
  await Deno.writeTextFile(`${folder}/report.md`, `${markdown}\n`);
  for (const [file, svg] of plotsOf(result)) await Deno.writeTextFile(`${folder}/${file}`, svg);
  return { folder, markdown };
}
