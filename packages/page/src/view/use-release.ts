import { useState } from "preact/hooks";
import { askRunner, clusterPath } from "../ask/ask-runner.js";
import { keepToken } from "../ask/token.js";
import { access, done } from "../state/page-state.js";
import type { RunnerLink } from "../state/runner-link.js";
import { VERDICT_ID } from "./verdict-banner.js";

/** How a release stands. */
export interface ReleaseWork {
  /** Why the last attempt was in vain; null: there was none. */
  readonly error: string | null;
  readonly isBusy: boolean;
  /** True: it takes a token that we do not have. */
  readonly isLocked: boolean;
  /** Does it with this token. */
  act(token: string | undefined): Promise<void>;
}

/** Lets the nodes go that `cluster` holds; `close` once they are gone. */
export function useRelease(cluster: string, runner: RunnerLink, close: () => void): ReleaseWork {
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isLocked, setLocked] = useState(access.value?.change === "token");
  const act = async (token: string | undefined): Promise<void> => {
    setBusy(true);
    const reply = await askRunner<{ readonly message: string }>(clusterPath(cluster, "release"), "POST", token);
    setBusy(false);
    // A token that does not fit is not kept: the page goes on with what it had.
    if (reply.kind === "answer" || reply.kind === "refused") keepToken(token);
    if (reply.kind === "token") setLocked(true);
    runner.refresh();
    if (reply.kind !== "answer") return setError(reply.message);
    done.value = reply.value.message;
    close();
    // The button that asked for it goes with what was held.
    document.getElementById(VERDICT_ID)?.focus();
  };
  return { error, isBusy, isLocked, act };
}
