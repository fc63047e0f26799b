import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { keptToken } from "../ask/token.js";
import { TokenForm } from "./token-form.js";
import { VERDICT_ID } from "./verdict-banner.js";

interface TokenGateProps {
  /** What is wrong with the token before; null: there was none. */
  readonly message: string | null;
  readonly onToken: (token: string | undefined) => void;
}

/** In place of everything, where the state is told only to those who show the token. */
export function TokenGate({ message, onToken }: TokenGateProps): JSX.Element {
  useEffect(() => {
    // The field that has the focus goes with it.
    return () => void requestAnimationFrame(() => document.getElementById(VERDICT_ID)?.focus());
  }, []);
  return (
    <section class="panel gate" aria-labelledby="gate">
      <h1 id="gate">This runner asks for its token</h1>
      {message !== null && (
        <p class="fault" role="alert">
          {message}
        </p>
      )}
      <TokenForm id="token" button="Show me" onToken={onToken} />
      {keptToken() !== undefined && (
        <button type="button" onClick={() => onToken(undefined)}>
          Go on without a token
        </button>
      )}
    </section>
  );
}
