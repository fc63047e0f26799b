export { default } from "./acme-balancer.js";
