/**
 * The header `Forwarded` (RFC 7239): each proxy adds an element at its end. What stands before that element came with
 * the request, and may be anything.
 *
 * @module
 */

/** A pair of an element: its text may have semicolons in quotes. */
const PAIR = /(?:[^";]|"(?:[^"\\]|\\.)*")+/g;
/** An element in which each quote has its other half. */
const BALANCED = /^(?:[^"]|"(?:[^"\\]|\\.)*")*$/;

/**
 * Where each proxy says that it got the request from, the nearest proxy first. Empty for one that does not say, says
 * it twice (section 4), or cannot be read.
 *
 * @param most how many elements are looked at
 */
export function forwardedFor(header: string, most: number): string[] {
  const nodes: string[] = [];
  let end = header.length;
  let isQuoted = false;
  // From the end: a quote that a client has left open must not swallow what the proxies have added.
  for (let at = header.length - 1; at >= 0 && nodes.length < most; at--) {
    if (header[at] === '"') {
      if (!isQuoted || !isEscaped(header, at)) isQuoted = !isQuoted;
    } else if (header[at] === "," && !isQuoted) {
      nodes.push(nodeOf(header.slice(at + 1, end)));
      end = at;
    }
  }
  if (nodes.length < most) nodes.push(nodeOf(header.slice(0, end)));
  return nodes;
}

/** Whether a quote is part of the text in quotes: an odd number of backslashes is before it. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote;
  while (text[before - 1] === "\\") before--;
  return (quote - before) % 2 === 1;
}

function nodeOf(element: string): string {
  if (!BALANCED.test(element)) return "";
  const [node, another] = (element.match(PAIR) ?? []).flatMap((pair) =>
    /^\s*for=(.*)$/is.exec(pair)?.[1] ?? []
  );
  return node === undefined || another !== undefined ? "" : unquoted(node.trim());
}

function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(.)/g, "$1") ?? value;
}
