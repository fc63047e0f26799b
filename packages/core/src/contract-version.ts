/** The contract number of each plugin kind that this core speaks. */
export const CONTRACT: { readonly balancer: number; readonly discovery: number; readonly check: number } = {
  balancer: 1,
  discovery: 1,
  check: 1,
};

/** The kinds a plugin can be of. */
export type PluginKind = keyof typeof CONTRACT;
