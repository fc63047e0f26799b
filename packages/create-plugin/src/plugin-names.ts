/** What a new plugin and its package are called. */
export interface PluginNames {
  /** What configuration files call it: `nginx`. */
  readonly name: string;
  /** `Nginx`, as its classes begin. */
  readonly pascal: string;
  /** `lighthouse-sd-nginx`. */
  readonly packageName: string;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const PACKAGE_NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
/** What other keys of a cluster's file are called. */
const RESERVED = ["discovery", "meta_cluster", "guard", "name", "type"];

/** The names of a plugin called `name`; a text where they cannot be used. */
export function pluginNames(name: string, packageName: string = `lighthouse-sd-${name}`): PluginNames | string {
  if (!NAME.test(name))
    return `"${name}" cannot be a plugin's name: wanted are lower-case letters, digits and single -`;
  if (RESERVED.includes(name)) return `"${name}" cannot be a plugin's name: cluster files have a key of that name`;
  if (!PACKAGE_NAME.test(packageName)) return `"${packageName}" cannot be the name of a package`;
  const pascal = name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return { name, pascal, packageName };
}
