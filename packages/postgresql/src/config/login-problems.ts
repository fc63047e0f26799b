import type { Problem } from "@lighthouse-sd/core";
import type { Login } from "./postgresql-config.js";

/** What is wrong with how TLS is to be spoken; `path` leads to the login. */
export function loginProblems(login: Omit<Login, "user"> | undefined, path: readonly string[]): readonly Problem[] {
  if (login === undefined) return [];
  const { sslmode, sslrootcert, sslcert, sslkey } = login;
  const verifies = sslmode === "verify-ca" || sslmode === "verify-full";
  const problems: Problem[] = [];
  if (verifies && sslrootcert === undefined) {
    const message = `"sslrootcert" is required with sslmode: ${sslmode}: certificates are verified with it`;
    problems.push({ path, message });
  }
  if (!verifies && sslrootcert !== undefined) {
    const message = `verifies nothing with sslmode: ${sslmode}; set verify-ca or verify-full`;
    problems.push({ path: [...path, "sslrootcert"], message });
  }
  if ((sslcert === undefined) !== (sslkey === undefined)) {
    const [there, missing] = sslcert === undefined ? ["sslkey", "sslcert"] : ["sslcert", "sslkey"];
    problems.push({ path, message: `"${missing}" is required with "${there}"` });
  }
  if (sslmode === "disable" && sslcert !== undefined) {
    problems.push({ path: [...path, "sslcert"], message: "is for TLS, which sslmode: disable forbids" });
  }
  return problems;
}
