/** One series of a page of metrics. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One metric of an expression, with what its braces say. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/** The series of a page in Prometheus' text format. */
export function seriesOf(page: string): readonly Series[] {
  return page.split("\n").flatMap((line) => {
    const [, name, braces = ""] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) return [];
    const labels = [...braces.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [label, value]);
    return [{ name, labels: Object.fromEntries(labels) }];
  });
}

/** The metrics that an expression of ours names. */
export function selectorsOf(expression: string): readonly Selector[] {
  return [...expression.matchAll(/\b((?:lighthouse|process|nodejs)_\w+|up\b)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", braces = ""]) => ({
      name,
      matchers: [...braces.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
        ([, label = "", operator = "", value = ""]) => ({ label, operator, value }),
      ),
    }),
  );
}

/** The labels by which an expression sums, and those of its legend. */
function labelsOf(expression: string, legend = ""): readonly string[] {
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(","));
  const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
  return [...grouped, ...shown].map((name) => name.trim());
}

/** Labels that Prometheus gives, not the page. */
const GIVEN: ReadonlySet<string> = new Set(["job", "instance"]);

/** Why an expression would show nothing of such a page; none: each metric of it is there, with its labels and values. */
export function faultsOf(expression: string, legend: string | undefined, page: readonly Series[]): readonly string[] {
  const selectors = selectorsOf(expression).filter(({ name }) => name !== "up");
  const found = selectors.map((selector) => page.filter((series) => isMatch(selector, series)));
  const missing = selectors.filter((_, index) => found[index]?.length === 0);
  const known = new Set(found.flat().flatMap(({ labels }) => Object.keys(labels)));
  const unknown = labelsOf(expression, legend).filter((label) => !GIVEN.has(label) && !known.has(label));
  return [
    ...missing.map(({ name, matchers }) => `there is no ${name} ${JSON.stringify(matchers)}`),
    ...unknown.map((label) => `none of its metrics has the label ${label}`),
  ];
}

function isMatch({ name, matchers }: Selector, series: Series): boolean {
  if (series.name !== name) return false;
  return matchers.every(({ label, operator, value }) => {
    if (GIVEN.has(label)) return true;
    const given = series.labels[label];
    if (given === undefined) return false;
    if (operator === "=") return given === value;
    return operator !== "=~" || value.startsWith("$") || new RegExp(`^(?:${value})$`).test(given);
  });
}
