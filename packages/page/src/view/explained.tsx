import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askRunner, type Reply } from "../ask/ask-runner.js";
import type { Explanation } from "../wire/explanation.js";
import { Age } from "./age.js";
import { Mark } from "./mark.js";

/** What a target says of its nodes changes by itself: it is asked again after this long, in milliseconds. */
const AGAIN_MS = 10_000;

interface ExplainedProps {
  readonly path: string;
  /** Where it changes, the runner is asked again. */
  readonly fingerprint: string;
}

/** Why something is as it is, from its file to the running target. */
export function Explained({ path, fingerprint }: ExplainedProps): JSX.Element {
  const [reply, setReply] = useState<Reply<Explanation> | null>(null);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      const fresh = await askRunner<Explanation>(path);
      if (isOver) return;
      setReply((before) => (fresh.kind === "unreachable" && before !== null ? before : fresh));
      timer = setTimeout(() => void ask(), AGAIN_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [path, fingerprint]);
  if (reply === null) return <p class="explained quiet">Asking…</p>;
  if (reply.kind !== "answer") return <p class="explained quiet">{reply.message}</p>;
  return <Chain explanation={reply.value} />;
}

function Chain({ explanation: { ok, answer, steps } }: { readonly explanation: Explanation }): JSX.Element {
  return (
    <div class="explained">
      <p class="answer">
        <Mark kind={ok ? "well" : "bad"} word={ok ? "in order:" : "not in order:"} /> <bdi>{answer}</bdi>
      </p>
      <ol class="chain">
        {steps.map(({ stage, balancer, ok: isGood, at, sentence }) => (
          <li key={`${stage} ${balancer} ${sentence}`} class={isGood ? "good" : "stop"}>
            <span class="stage">{stage}</span>
            <span>
              <bdi>{sentence}</bdi> <Age at={at} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
