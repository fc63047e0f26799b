import type { JSX } from "preact";
import { link } from "../state/page-state.js";
import type { RunnerLink } from "../state/runner-link.js";
import { Announcer } from "./announcer.js";
import { BalancerList } from "./balancer-list.js";
import { ClusterList } from "./cluster-list.js";
import { EventFeed } from "./event-feed.js";
import { Masthead } from "./masthead.js";
import { ReleaseDialog } from "./release-dialog.js";
import { ServiceList } from "./service-list.js";
import { TokenGate } from "./token-gate.js";
import { TroubleList } from "./trouble-list.js";
import { VerdictBanner } from "./verdict-banner.js";

/** The whole page. */
export function Page({ runner }: { readonly runner: RunnerLink }): JSX.Element {
  const state = link.value;
  return (
    <>
      <Announcer />
      <Masthead />
      <main>
        {state.kind === "token" ? (
          <TokenGate message={state.message} onToken={(token) => runner.useToken(token)} />
        ) : (
          <>
            <VerdictBanner />
            <div class={state.kind === "gone" ? "columns stale" : "columns"}>
              <div class="primary">
                <TroubleList />
                <ClusterList />
                <BalancerList />
                <ServiceList />
              </div>
              <EventFeed />
            </div>
          </>
        )}
      </main>
      <ReleaseDialog runner={runner} />
    </>
  );
}
