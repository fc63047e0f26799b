import { chromiumBinary } from "@lighthouse-sd/test-servers";
import axe, { type Result } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** A page in a browser, and what the browser had to say about it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console, code that failed, what the page's policy has kept it from. */
  readonly complaints: readonly string[];
  /** The origins that anything was asked of. */
  readonly origins: ReadonlySet<string>;
}

/** Starts the Chromium of the system; whoever starts it closes it. It ends with this process in any case. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumBinary(),
    // As root there is no sandbox to be had, and containers have little shared memory.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
    timeout: 60_000,
  });
}

/** Opens a page in a context of its own, which is closed by `page.context().close()`. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`failed: ${error.message}`));
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  await page.goto(url);
  return { page, complaints, origins };
}

/** What keeps people from using the page as it is now, as the rules for accessible pages see it. */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate<readonly Result[]>("axe.run(document).then(({ violations }) => violations)");
  return violations.map(barrierText);
}

function barrierText({ id, impact, nodes }: Result): string {
  return `${impact} ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`;
}
