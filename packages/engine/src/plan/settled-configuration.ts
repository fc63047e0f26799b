import { join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { AcceptedTexts } from "../config/accepted-texts.js";
import { ConfigurationDirectory } from "../config/configuration-directory.js";
import { ConfigurationReview, type Verdict } from "../config/configuration-review.js";
import type { PluginFinder } from "../plugins/plugin-finder.js";

/** Where to read a configuration from. */
export interface ConfigurationPlace {
  readonly directory: string;
  /** Need not exist. */
  readonly stateDirectory: string;
  readonly plugins: PluginFinder;
  readonly log: Logger;
}

/** What would be in force if a runner started now: of an invalid file the version that was accepted last, where the state
 * directory has one. Writes nothing. */
export async function settledConfiguration(place: ConfigurationPlace): Promise<Verdict> {
  const { directory, stateDirectory, plugins, log } = place;
  const review = new ConfigurationReview(plugins);
  const files = new ConfigurationDirectory(directory);
  const texts = await new AcceptedTexts(join(stateDirectory, "accepted"), log).load();
  await review.restore(texts);
  files.remember(texts);
  const { signal } = new AbortController();
  return await review.review(await files.observe({ signal, settleMs: 0, emptiedOnPurpose: false }));
}
