export type { PageFile } from "./files/page-files.js";
export { PAGE_FILES } from "./files/page-files.js";
export type { Explanation } from "./wire/explanation.js";
export type { PageAccess } from "./wire/page-access.js";
export type { EventList, RunnerEvent } from "./wire/runner-event.js";
export type { RunnerStatus } from "./wire/runner-status.js";
