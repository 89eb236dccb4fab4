/**
 * Finds what makes a test depend on how fast the machine is.
 *
 * @module
 */

/** The bounds in a test on how long something takes; below half a minute, they fail on a busy machine. */
export function timeBoundsIn(text: string): string[] {
  const subject = String.raw`(?:[^()]|\((?:[^()]|\([^()]*\))*\))*`;
  const bounds = new RegExp(
    String.raw`\bexpect\((${subject})\)\s*\.toBeLessThan(?:OrEqual)?\(([^;]*)\);`,
    "g",
  );
  const compared = /\bexpect\([^;]*\bnow\(\) - \w+ <=? [^;]*;/g;
  const isTime = /\bnow\(\) - |\b(?:elapsed|took|duration)\w*,?\s*$/i;
  return [
    ...[...text.matchAll(bounds)].filter(([, subject = "", bound = ""]) =>
      isTime.test(subject) && !(Number(bound.replaceAll("_", "")) >= 30_000)
    ),
    ...text.matchAll(compared),
  ].map(([found]) => found);
}
