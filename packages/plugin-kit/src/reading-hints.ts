/** What to do where a file that a configuration names cannot be read, by the system's word. */
export const READING_HINTS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied; make it readable for this process's user",
  EISDIR: "it is a directory",
};
