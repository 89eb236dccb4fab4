/**
 * The bind markers of a statement by name. A marker that the server would rename is read as what it
 * should be called, so that the tags can be checked against it.
 *
 * @module
 */

import type { Marker } from "../query.ts";
import { helpToNameMarker, toMarkerName } from "../statement/marker_name.ts";
import { isReserved } from "../statement/reserved_words.ts";
import type { BindMarker } from "../statement/term.ts";
import { quote } from "../text/quote.ts";
import { isSnakeCase, toSnakeCase } from "../text/snake_case.ts";
import type { Report, Span } from "../text/source.ts";

/** Every marker once, with all its places, in the order of the first. */
export function listMarkers(markers: readonly BindMarker[], report: Report): Marker[] {
  const spans = new Map<string, Span[]>();
  for (const marker of markers) {
    const name = readName(marker, report);
    if (name !== null) spans.set(name, [...spans.get(name) ?? [], marker.span]);
  }
  return [...spans].map(([name, spans]) => ({ name, spans }));
}

function readName({ written, span }: BindMarker, report: Report): string | null {
  const text = span.file.text.slice(span.start, span.end);
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use the marker ${quote(text)}: ${state}`, help });
  if (written === null) {
    cannotUse("it has no name", `Name it, for example ":station_id"`);
    return null;
  }
  const name = written.replaceAll('"', "");
  if (written.startsWith('"')) {
    cannotUse("its name is quoted", helpToNameMarker(name, ":"));
  } else if (!isSnakeCase(name)) {
    cannotUse("the server lower-cases names", helpToNameMarker(name, ":"));
  } else if (isReserved(name)) {
    cannotUse(
      `"${name}" is a reserved word of CQL`,
      `Give it a longer name, for example ":${toMarkerName(name)}"`,
    );
  }
  return toSnakeCase(name) || name;
}
