/** Colours by meaning, told apart in light and dark and by readers who see no red or green (Okabe-Ito). */
export const colours = {
  good: "#009e73",
  bad: "#d55e00",
  warning: "#e69f00",
  neutral: "#0072b2",
  fast: "#56b4e9",
  typical: "#0072b2",
  slow: "#cc79a7",
} as const;
