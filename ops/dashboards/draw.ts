import { type DrawChart } from "./panel-picture.js";

/** Loads the chart library, which only pictures need, and gives what draws a chart as SVG without a browser. */
export async function loadCharts(): Promise<DrawChart> {
  const { init } = await import("echarts");
  return (option, { width, height }) => {
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    try {
      chart.setOption(option);
      return chart.renderToSVGString();
    } finally {
      chart.dispose();
    }
  };
}

/** Turns SVG into PNG; undefined, with the reason, where the native module cannot be loaded. */
export async function loadRasteriser(): Promise<((svg: string) => Uint8Array) | { readonly reason: string }> {
  try {
    const { Resvg } = await import("@resvg/resvg-js");
    return (svg) =>
      new Resvg(svg, { font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" } }).render().asPng();
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
