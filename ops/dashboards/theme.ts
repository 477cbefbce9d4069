/** Colours of a picture; the series' come from Okabe and Ito, told apart by readers who see no red or green. */
export interface Theme {
  readonly name: "light" | "dark";
  readonly page: string;
  readonly panel: string;
  readonly border: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly stripe: string;
  readonly error: string;
  readonly series: readonly string[];
}

const okabeIto = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"] as const;

/** The same hues on a dark ground: the dark blue would drown in it, and the light one must not look like that then. */
export const onDark: Readonly<Record<string, string>> = { "#0072b2": "#4aa3df", "#56b4e9": "#c3e6fb" };

export const themes: Readonly<Record<Theme["name"], Theme>> = {
  light: {
    name: "light",
    page: "#f3f4f6",
    panel: "#ffffff",
    border: "#d9dce1",
    text: "#1f2430",
    faint: "#5c6470",
    grid: "#e6e8ec",
    stripe: "#f7f8fa",
    error: "#b3261e",
    series: [...okabeIto, "#7a5195", "#5c6470"],
  },
  dark: {
    name: "dark",
    page: "#111318",
    panel: "#1b1e25",
    border: "#343944",
    text: "#e6e8ec",
    faint: "#a2a9b5",
    grid: "#2c303a",
    stripe: "#20242c",
    error: "#ff8a80",
    series: [...okabeIto.map((color) => onDark[color] ?? color), "#b58fd1", "#a2a9b5"],
  },
};

export const fontFamily = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";
