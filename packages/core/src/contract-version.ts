/** The contract number of each plugin kind that this core speaks. Zero: not settled, may change in any release. */
export const CONTRACT: { readonly balancer: number; readonly discovery: number; readonly check: number } = {
  balancer: 1,
  discovery: 0,
  check: 0,
};

/** The kinds a plugin can be of. */
export type PluginKind = keyof typeof CONTRACT;
