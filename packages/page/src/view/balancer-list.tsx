import type { JSX } from "preact";
import { status } from "../state/page-state.js";
import { counted } from "../text/counted.js";
import { placeText } from "../text/place-text.js";
import type { BalancerStatus } from "../wire/runner-status.js";
import { Age } from "./age.js";
import { idOf } from "./go-to.js";
import { Mark, type MarkKind } from "./mark.js";
import { ReloadList } from "./reload-list.js";

/** What keeps its target in line, and how that goes. */
export function BalancerList(): JSX.Element | null {
  const all = Object.entries(status.value?.balancers ?? {});
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="balancers">
      <h2 id="balancers">Balancers</h2>
      <div class="cards">
        {all.map(([name, balancer]) => (
          <BalancerCard key={name} name={name} balancer={balancer} />
        ))}
      </div>
    </section>
  );
}

function BalancerCard({ name, balancer }: { readonly name: string; readonly balancer: BalancerStatus }): JSX.Element {
  const { type, generation, appliedGeneration, lastSync, reloads, lastReload, problems, lastError } = balancer;
  const [kind, word] = standing(balancer);
  return (
    <article class="panel card">
      <h3 id={idOf({ kind: "balancer", name })} tabIndex={-1}>
        <Mark kind={kind} /> <bdi class="name">{name}</bdi>
        {type !== name && <bdi class="quiet">{type}</bdi>}
        <span class={`chip ${kind}`}>{word}</span>
      </h3>
      {lastError !== null && (
        <p class="fault">
          <bdi>{lastError}</bdi>
        </p>
      )}
      <dl>
        <dt>Generation</dt>
        <dd>
          {generation.toLocaleString("en")}, confirmed {appliedGeneration.toLocaleString("en")}
        </dd>
        <dt>Last sync</dt>
        <dd>{lastSync === null ? "none yet" : <Age at={lastSync} />}</dd>
        <dt>Reloads</dt>
        <dd>
          {counted(reloads, "reload")}
          {lastReload !== null && (
            <>
              , the last <Age at={lastReload.at} />: <bdi>{lastReload.reason}</bdi>
            </>
          )}
        </dd>
      </dl>
      {problems.length > 0 && (
        <ul class="records">
          {problems.map((problem) => (
            <li key={`${placeText(problem)} ${problem.message}`}>
              <bdi class="code">{placeText(problem)}</bdi> <bdi>{problem.message}</bdi>
            </li>
          ))}
        </ul>
      )}
      <ReloadList balancer={name} reloads={reloads} />
    </article>
  );
}

function standing({ converged, lastError, problems }: BalancerStatus): readonly [MarkKind, string] {
  if (lastError !== null) return ["bad", "failing"];
  if (!converged) return ["work", "at work"];
  return problems.length > 0 ? ["look", "in line, with problems"] : ["well", "in line"];
}
