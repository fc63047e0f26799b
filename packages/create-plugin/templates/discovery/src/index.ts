export { default } from "./acme-discovery.js";
