/**
 * Runs a program to its end.
 *
 * @module
 */

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * @returns what it wrote to its standard output
 * @throws {Error} with what it wrote to its standard error, if it fails or is not there
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args: [...args], ...options }).output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot run "${program}": it is not installed`, { cause });
  }
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const said = decoder.decode(output.stderr).trim().split("\n").slice(-5).join("\n");
  throw new Error(`Cannot run "${program}": it ended with code ${output.code}\n${said}`);
}

/** What a program says of its version; null if it is not there. */
export async function versionOf(
  program: string,
  args: readonly string[] = ["--version"],
): Promise<string | null> {
  try {
    const { stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
    const text = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr);
    return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? null;
  } catch {
    return null;
  }
}
