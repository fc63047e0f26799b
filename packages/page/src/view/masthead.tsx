import type { JSX } from "preact";
import { feedLink, link, loadedVersion, status } from "../state/page-state.js";
import { Age } from "./age.js";

/** Whose page it is, and whether it is up to date. */
export function Masthead(): JSX.Element {
  const known = status.value;
  return (
    <header class="masthead">
      <p class="brand">
        Lighthouse <span class="host">{location.host}</span>
      </p>
      <p class="link">
        <LinkWord />
        {known !== null && (
          <span class="quiet">
            version <bdi>{known.version}</bdi>, <Age at={known.startedAt} prefix="started " />
          </span>
        )}
      </p>
      {known !== null && known.version !== loadedVersion.value && (
        <p class="newer">
          The runner was replaced by another version.{" "}
          <button type="button" onClick={() => location.reload()}>
            Load its page
          </button>
        </p>
      )}
    </header>
  );
}

function LinkWord(): JSX.Element {
  const { kind } = link.value;
  if (kind === "asking") return <span class="dot gone">connecting</span>;
  if (kind === "token") return <span class="dot gone">locked</span>;
  if (kind === "gone") return <span class="dot bad">no answer</span>;
  if (feedLink.value === "live") return <span class="dot well">live</span>;
  return <span class="dot work">{feedLink.value === "busy" ? "every 5 s" : "reconnecting"}</span>;
}
