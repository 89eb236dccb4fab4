/**
 * The command that the service's image starts with, as the Dockerfile has it.
 *
 * @module
 */

/** @returns the words after `deno`: those of the last stage, which is the service */
export async function imageArguments(): Promise<string[]> {
  const dockerfile = await Deno.readTextFile(new URL("../../Dockerfile", import.meta.url));
  const commands = [...dockerfile.matchAll(/^CMD (\["deno", .*\])$/gm)];
  const [, ...args]: string[] = JSON.parse(commands.at(-1)![1]!);
  return args;
}
