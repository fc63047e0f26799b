import type { LocalSettings } from "./server-state.js";

/** Who else keeps this server's configuration, and rules its roles: then every file of ours would be overwritten, and every
 * decision of ours could be the opposite of theirs. Undefined: nobody that we know. */
export function foreignManager(
  settings: Pick<LocalSettings, "shared_preload_libraries">,
  hba: string | null,
  config: string | null,
): string | undefined {
  const isPatroni = [hba, config].some((text) => text !== null && /overwritten by Patroni/.test(text));
  if (isPatroni) {
    const slots = "list slots that are not Patroni's in its ignore_slots";
    return `Patroni keeps this server (its header is in the server's files, and it overwrites them at each restart): leave access, upstream and slots to Patroni, ${slots}, and remove "server" here; "clients" works beside it`;
  }
  const libraries = settings.shared_preload_libraries.split(",").map((name) => name.trim().replaceAll('"', ""));
  if (libraries.includes("repmgr")) {
    return 'repmgrd keeps this server (repmgr is in shared_preload_libraries): leave following and promotion to it, and remove "server" here; "clients" works beside it';
  }
  if (libraries.includes("pgautofailover")) {
    return 'pg_auto_failover keeps this server (pgautofailover is in shared_preload_libraries): leave access, upstream and slots to it, and remove "server" here; "clients" works beside it';
  }
  return undefined;
}
