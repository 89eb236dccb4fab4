/**
 * How far along a long task is: a bar that redraws itself in a terminal, a line per quarter elsewhere.
 *
 * @module
 */

const WIDTH = 40;

/** A function to call with how many of `total` are done; the bar vanishes with the last. */
export function progressBar(label: string, total: number): (done: number) => void {
  const inTerminal = Deno.stdout.isTerminal();
  const steps = inTerminal ? WIDTH : 4;
  let shown = 0;
  return (done) => {
    const step = Math.floor((done / total) * steps);
    if (step === shown) return;
    shown = step;
    if (!inTerminal) {
      console.log(`${label} ${Math.floor((done / total) * 100)} %`);
      return;
    }
    const bar = "█".repeat(step).padEnd(WIDTH, "░");
    const text = done === total ? "\r\x1b[K" : `\r${label} ${bar} ${done}/${total}`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  };
}
