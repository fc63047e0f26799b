/** The colour of each state that a tab can show, on light and on dark. */
const COLORS: Readonly<Record<string, string>> = {
  well: "#1f9d68",
  work: "#3d7fd0",
  look: "#d98a00",
  bad: "#dc3d32",
  gone: "#8a94a1",
};

/** Icons for a browser's tab, by state, as SVG. */
export const TAB_ICONS: ReadonlyMap<string, string> = new Map(
  Object.entries(COLORS).map(([level, color]) => [level, icon(color)]),
);

function icon(color: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="${color}"/><path fill="#fff" d="M13.500 14h5l1.800 13h-8.600zM12 11.500h8V14h-8zM16 4l3 3.500h-6zM13.500 8.500h5v2.500h-5z"/></svg>`;
}
