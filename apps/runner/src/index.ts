export { BUILT_IN_PLUGINS } from "./built-in-plugins.js";
