import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { keptToken } from "../ask/token.js";
import { access, releasing, status } from "../state/page-state.js";
import type { RunnerLink } from "../state/runner-link.js";
import { counted } from "../text/counted.js";
import { TokenForm } from "./token-form.js";
import { useRelease } from "./use-release.js";

const MOST_NAMES = 12;

/** Asks before held nodes are let go, and does it. */
export function ReleaseDialog({ runner }: { readonly runner: RunnerLink }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const cluster = releasing.value;
  useEffect(() => {
    if (cluster !== null) dialog.current?.showModal();
  }, [cluster]);
  const close = (): void => {
    // It gives the focus back to what had it before.
    dialog.current?.close();
    releasing.value = null;
  };
  return (
    <dialog ref={dialog} aria-labelledby="release" onClose={close}>
      {cluster !== null && <Release key={cluster} cluster={cluster} runner={runner} close={close} />}
    </dialog>
  );
}

interface ReleaseProps {
  readonly cluster: string;
  readonly runner: RunnerLink;
  readonly close: () => void;
}

function Release({ cluster, runner, close }: ReleaseProps): JSX.Element {
  const { error, isBusy, isLocked, act } = useRelease(cluster, runner, close);
  const held = status.value?.clusters[cluster]?.held.map(({ name }) => name) ?? [];
  const what = `Release ${counted(held.length, "node")}`;
  const isHere = access.value?.change !== "socket";
  return (
    <>
      <h2 id="release">
        {what} of <bdi>{cluster}</bdi>?
      </h2>
      <p>Their source no longer names them. Once they are released, balancers send them nothing any more.</p>
      <Names names={held} />
      {error !== null && (
        <p class="fault" role="alert">
          <bdi>{error}</bdi>
        </p>
      )}
      {!isHere && <ByCommand cluster={cluster} />}
      {isHere && isLocked && <TokenForm id="release-token" button={what} onToken={(token) => void act(token)} />}
      <p class="actions">
        {isHere && !isLocked && (
          <button
            type="button"
            class="strong"
            disabled={isBusy || held.length === 0}
            onClick={() => void act(keptToken())}
          >
            {what}
          </button>
        )}
        <button type="button" onClick={close}>
          Keep them
        </button>
      </p>
    </>
  );
}

function Names({ names }: { readonly names: readonly string[] }): JSX.Element {
  const more = names.length - MOST_NAMES;
  return (
    <ul class="names">
      {names.slice(0, MOST_NAMES).map((name) => (
        <li key={name}>
          <bdi class="code">{name}</bdi>
        </li>
      ))}
      {more > 0 && <li>and {more.toLocaleString("en")} more</li>}
    </ul>
  );
}

function ByCommand({ cluster }: { readonly cluster: string }): JSX.Element {
  return (
    <>
      <p>This runner takes changes on its host alone, for it has no token file. There:</p>
      <pre>
        <code>lighthouse-runner release {cluster}</code>
      </pre>
      <p class="quiet">
        With <code>http.token_file</code> in <code>runner.yaml</code>, this page can do it.
      </p>
    </>
  );
}
