import type { Member } from "../render/members.js";

/** The member with an id that is not `taken`; from then on its id is. A server keeps its id when it moves to another
 * address, or while it leaves, so that a member that takes over its address cannot have the id that goes with it. */
export function withFreeId(member: Member, taken: Set<number>): Member {
  let { id } = member;
  while (taken.has(id)) id = id === 0x7fffffff ? 1 : id + 1;
  taken.add(id);
  return id === member.id ? member : { ...member, id };
}
