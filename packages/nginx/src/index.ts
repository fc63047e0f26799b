export { default } from "./nginx-balancer.js";
