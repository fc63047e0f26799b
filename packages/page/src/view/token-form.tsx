import type { JSX } from "preact";
import { useRef } from "preact/hooks";

interface TokenFormProps {
  readonly id: string;
  readonly button: string;
  readonly onToken: (token: string) => void;
}

/** Asks for the token of the runner's token file. */
export function TokenForm({ id, button, onToken }: TokenFormProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (token !== "") onToken(token);
  };
  return (
    <form class="token" onSubmit={submit}>
      <label for={id}>Token</label>
      <input id={id} ref={field} type="password" autocomplete="off" required />
      <button type="submit" class="strong">
        {button}
      </button>
      <p class="quiet">
        It is what the runner's <code>http.token_file</code> holds. This tab keeps it until it is closed, and shows it
        to this runner alone.
      </p>
    </form>
  );
}
