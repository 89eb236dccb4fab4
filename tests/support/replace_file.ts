/**
 * Replaces a file that a service reads meanwhile: its readers find the text before or the text after, and never a
 * part.
 *
 * @module
 */

export async function replaceFile(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, text);
  await Deno.rename(`${path}.new`, path);
}
