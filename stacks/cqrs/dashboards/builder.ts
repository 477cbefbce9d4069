import type { DashboardSpec, DashboardTab, DashboardVariable, Panel } from "@o2cqrs/providers";

/** A panel that has no place yet: its row gives it one. */
export type UnplacedPanel = Panel extends infer P ? (P extends Panel ? Omit<P, "layout"> : never) : never;

/** Columns of the grid. */
export const gridWidth = 192;

/**
 * Builds a dashboard from rows of panels. Places are computed: panels of a row share its width, rows stand
 * below each other, so nothing overlaps and no gap is left.
 *
 * @example
 * dashboard({ title: "CQRS commands", description: "…" })
 *   .variables(variables)
 *   .tab("Overview")
 *   .row(8, metric(…), metric(…))
 *   .row(18, timeseries(…))
 *   .build()
 */
export function dashboard(heading: Pick<DashboardSpec, "title" | "description">): DashboardBuilder {
  return new DashboardBuilder(heading);
}

export class DashboardBuilder {
  readonly #heading: Pick<DashboardSpec, "title" | "description">;
  readonly #tabs: DashboardTab[] = [];
  #variables: DashboardVariable[] = [];

  constructor(heading: Pick<DashboardSpec, "title" | "description">) {
    this.#heading = heading;
  }

  variables(variables: readonly DashboardVariable[]): this {
    this.#variables = [...variables];
    return this;
  }

  /** Starts a tab; the rows that follow are its. */
  tab(name: string): this {
    this.#tabs.push({ name, panels: [] });
    return this;
  }

  /** Panels side by side, in equal widths; the last takes what does not divide. */
  row(height: number, ...panels: readonly UnplacedPanel[]): this {
    const tab = this.#tabs.at(-1) ?? { name: "Overview", panels: [] };
    if (this.#tabs.length === 0) this.#tabs.push(tab);
    const width = Math.floor(gridWidth / panels.length);
    const y = Math.max(0, ...tab.panels.map(({ layout }) => layout.y + layout.h));
    panels.forEach((panel, index) => {
      const x = index * width;
      const w = index === panels.length - 1 ? gridWidth - x : width;
      tab.panels.push({ ...panel, layout: { x, y, w, h: height } });
    });
    return this;
  }

  build(): DashboardSpec {
    return {
      ...this.#heading,
      tabs: this.#tabs,
      variables: this.#variables,
      timeRange: { kind: "relative", period: "15m" },
    };
  }
}
