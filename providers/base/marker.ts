/**
 * Marks say who made an object, in whatever free text its kind has, so that a deployment that lost an answer
 * finds its own object again and nobody else's is overwritten.
 */

/** `o2cqrs:<project>/<stack>/<resource>` */
export function markerFor(project: string, stack: string, resource: string): string {
  return `o2cqrs:${project}/${stack}/${resource}`;
}

const lastLine = /(?:^|\n)(o2cqrs:\S+\/\S+\/.+)$/;

/** A text with the marker as its last line. */
export function withMarker(text: string, marker: string | undefined): string {
  const own = withoutMarker(text);
  if (marker === undefined) return own;
  return own === "" ? marker : `${own}\n${marker}`;
}

export function withoutMarker(text: string): string {
  return text.replace(lastLine, "");
}

export function markerIn(text: string): string | undefined {
  return lastLine.exec(text)?.[1];
}
