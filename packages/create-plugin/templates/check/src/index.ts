export { default } from "./acme-check.js";
