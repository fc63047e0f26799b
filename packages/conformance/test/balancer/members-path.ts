import { join } from "node:path";
import type { Balancer } from "@lighthouse-sd/core";
import type { MembersBlock, MembersConfig } from "./members-file/members-config.js";

/** Where the members balancer writes. */
export function membersPath({ context }: Balancer<MembersConfig, MembersBlock>): string {
  return join(context.directory, "members");
}
