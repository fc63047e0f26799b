import type { RabbitMQBlock } from "./config/rabbitmq-config.js";
import type { Presence } from "./nodes/presence.js";
import { renderFragment } from "./nodes/render-fragment.js";

/** Who may stand in the fragment. */
export interface FragmentSources {
  readonly self: string;
  readonly block: RabbitMQBlock;
  /** Null: discovery has not said anything yet. */
  readonly discovered: readonly string[] | null;
  /** As the broker said last; null: it has not said anything in this runner's life. */
  readonly members: readonly string[] | null;
  /** Who has not been gone for too long. */
  readonly presence: Presence;
  readonly keepAbsentMs: number;
  /** What our own fragment lists now; undefined: there is none. */
  readonly listed: readonly string[] | undefined;
}

/** The fragment's text. What is not known yet is left as it stands. */
export function planFragment(sources: FragmentSources): string {
  const { self, block, discovered, members, presence, keepAbsentMs, listed = [] } = sources;
  const remembered = [...presence.absentMs].filter(([, absentMs]) => absentMs < keepAbsentMs).map(([name]) => name);
  const unheard = discovered === null || members === null ? listed : [];
  return renderFragment(
    [self, ...block.seeds, ...(discovered ?? []), ...(members ?? []), ...remembered, ...unheard],
    block,
  );
}
