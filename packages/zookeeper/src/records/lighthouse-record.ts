import type { RecordFormat } from "./record-format.js";

/** Every child is a member; its data are what Lighthouse 1.0.0 writes. */
export const lighthouseFormat: RecordFormat = {
  fromName: () => "read",
  fromData: (text) => ({ value: text }),
};
