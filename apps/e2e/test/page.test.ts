import { join } from "node:path";
import { freePort, requireServer } from "@lighthouse-sd/test-servers";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { barriers, type OpenPage, openPage, startBrowser } from "../src/browser.js";
import { unreachableNodes } from "../src/members.js";
import { replaceFile } from "../src/replace-file.js";
import { type Block, Site } from "../src/site.js";

const TOKEN = "a-token-that-nobody-guesses";
const THREE = unreachableNodes(3);
const isHere = requireServer("chromium") && requireServer("haproxy");

let browser: Browser;
let site: Site;
const ends: (() => Promise<void>)[] = [];

/** A site of this file whose changes are taken from those who show the token. */
async function siteWithToken(): Promise<Site> {
  const made = await Site.create({ onEnd: (end) => ends.unshift(end) });
  await replaceFile(join(made.directory.path, "token"), `${TOKEN}\n`);
  await made.writeConfig("runner.yaml", {
    name: "e2e-host",
    ip: "127.0.0.1",
    http: { token_file: join(made.directory.path, "token") },
  });
  return made;
}

async function open(of: Site, options?: Parameters<typeof openPage>[2]): Promise<OpenPage> {
  const opened = await openPage(browser, `http://127.0.0.1:${of.httpPort}/`, options);
  onTestFinished(() => opened.page.context().close());
  return opened;
}

/** The page says this where it says how things stand. */
function untilVerdict(page: Page, headline: string): Promise<void> {
  return page.getByRole("heading", { level: 1, name: headline, exact: true }).waitFor();
}

/** Presses Tab until the focus is on what has this name. */
async function tabTo(page: Page, name: string): Promise<void> {
  const wanted = page.getByLabel(name, { exact: true }).first();
  for (let presses = 0; presses < 60; presses++) {
    if (await wanted.evaluate((element) => element.matches(":focus"))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`60 times Tab have not led to ${name}`);
}

beforeAll(async () => {
  if (!isHere) return;
  browser = await startBrowser();
  site = await siteWithToken();
  for (const name of ["web", "api"]) {
    await site.writeCluster(name, { port: await freePort(), backend: ["balance roundrobin"], drain: "100ms" });
    await site.writeNodes(name, THREE);
  }
  await site.start();
});

afterAll(async () => {
  await browser?.close();
  for (const end of ends) await end();
});

describe.skipIf(!isHere)("the page for people", () => {
  it.each(["light", "dark"] as const)("says at a glance that all is well, to everybody (%s)", async (colorScheme) => {
    const { page, complaints, origins } = await open(site, { colorScheme });
    await untilVerdict(page, "All is well");
    expect(await page.title()).toBe("All is well · Lighthouse");
    await page.getByText("2 clusters · 6 nodes · 1 balancer").waitFor();
    await page.getByRole("button", { name: /^all right: web 3 nodes file · live/ }).click();
    await page.getByText("app1.example.com:8000").first().waitFor();
    await page.getByRole("button", { name: "Why app1.example.com:8000?" }).click();
    await page.getByText(/^app1\.example\.com:8000 of cluster web is in rotation/).waitFor();
    await page.getByRole("heading", { name: /haproxy.*in line/ }).waitFor();
    await page.getByText("cluster web: has 3 nodes").waitFor();
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([`http://127.0.0.1:${site.httpPort}`]);
    expect(await barriers(page)).toEqual([]);
    await page.evaluate("document.body.setAttribute('style', 'color: red')");
    await vi.waitFor(() => expect(complaints.join()).toContain("Content Security Policy"), { timeout: 30_000 });
  });

  it("tells which nodes are held, and releases them by keyboard with the token", async () => {
    const { page, complaints } = await open(site);
    await untilVerdict(page, "All is well");
    await site.writeNodes("web", []);
    await untilVerdict(page, "1 thing needs you");
    await page.getByText("the source names no node at all, and on_empty is hold").first().waitFor();
    expect(await barriers(page)).toEqual([]);

    const other = await openPage(browser, "about:blank");
    await other.page.route("**/api/v1/access", (route) => route.fulfill({ json: { read: true, change: "socket" } }));
    await other.page.goto(`http://127.0.0.1:${site.httpPort}/#cluster=web`);
    await other.page.getByRole("button", { name: "Release the held nodes of web…" }).last().click();
    await other.page.getByText("lighthouse-runner release web", { exact: true }).waitFor();
    await other.page.context().close();

    await tabTo(page, "Release the held nodes of web…");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Release 3 nodes of web?" }).waitFor();
    await tabTo(page, "Token");
    await page.keyboard.type("a-token-that-is-wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("the token is not the one").waitFor();
    expect(await barriers(page)).toEqual([]);
    expect((await site.status()).clusters["web"]?.held).toHaveLength(3);

    await tabTo(page, "Token");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(TOKEN);
    await page.keyboard.press("Enter");
    await page
      .getByText(/^released 3 nodes of cluster web/)
      .first()
      .waitFor();
    await site.untilServers("web", []);
    await untilVerdict(page, "All is well");
    expect(await page.locator("h1:focus").count()).toBe(1);
    expect(await page.evaluate("[document.cookie, localStorage.length, location.search]")).toEqual(["", 0, ""]);
    // A browser says by itself that it was refused.
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);

    await site.writeNodes("web", THREE);
    await site.untilServers("web", THREE);
  });

  it("shows what happens as it happens, and whatever a registry says as text", async () => {
    const { page, complaints } = await open(site, { viewport: { width: 360, height: 740 } });
    await untilVerdict(page, "All is well");
    const markup = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const hostile = [markup, "\u202eevil\u2066", "مرحبا بالعالم", "x".repeat(3000)];
    await site.writeNodes("api", [
      ...THREE,
      ...hostile.map((host, index) => ({ host, ip: "10.9.9.9", port: index + 1 })),
    ]);
    await untilVerdict(page, "1 thing to look at");
    await page.getByRole("button", { name: /api 4 quarantined/ }).click();
    await page.getByRole("complementary").getByText("onerror=").first().waitFor();
    await page.locator(".records").getByText("onerror=").waitFor();
    await page.locator(".records").getByText("مرحبا").waitFor();
    expect(await page.locator("#page :is(img, script)").count()).toBe(0);
    expect(await page.title()).toBe("1 thing to look at · Lighthouse");
    const [wide, room] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as [
      number,
      number,
    ];
    expect(wide).toBeLessThanOrEqual(room);
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await site.writeNodes("api", THREE);
    await untilVerdict(page, "All is well");
  });

  it("names the file, the line and the column of a mistake, and goes on when the runner is back", async () => {
    const { page, complaints } = await open(site);
    await untilVerdict(page, "All is well");
    await site.writeConfig("clusters/api.yaml", 'discovery: file\nhaproxy:\n  port: "80a"\n');
    await untilVerdict(page, "1 thing needs you");
    await page.getByText("clusters/api.yaml:3:9").first().waitFor();
    await page.getByText('haproxy.port: must be an integer from 1 to 65535, got "80a"').first().waitFor();
    await page.getByRole("searchbox", { name: "Search clusters and nodes" }).fill("we");

    await site.runner.stop();
    await untilVerdict(page, "The runner does not answer");
    await site.start();
    await untilVerdict(page, "1 thing needs you");
    await site.writeCluster("api", { port: await freePort(), backend: ["balance roundrobin"] });
    await untilVerdict(page, "All is well");
    await page.getByText(/^no longer: clusters\/api\.yaml:3:9/).waitFor();
    const search = page.getByRole("searchbox", { name: "Search clusters and nodes" });
    expect([await search.inputValue(), await search.evaluate((element) => element.matches(":focus"))]).toEqual([
      "we",
      true,
    ]);
    expect(complaints.filter((text) => !text.includes("net::ERR_"))).toEqual([]);
  });
});

describe.skipIf(!isHere)("the page of a runner that others reach", () => {
  it("asks for the token first; draws only what is open of 200 clusters and thousands of nodes", async () => {
    const large = await siteWithToken();
    const names = Array.from({ length: 199 }, (_, index) => `service-${index + 1}`);
    const keys: Block = { discovery: "file" };
    for (const name of names) {
      await large.writeConfig(`clusters/${name}.yaml`, keys);
      await large.writeNodes(name, unreachableNodes(5));
    }
    await large.writeConfig("clusters/big.yaml", keys);
    await large.writeNodes("big", unreachableNodes(1000, 1000));
    await large.start(["--http", `0.0.0.0:${large.httpPort}`]);

    const { page } = await open(large);
    await page.getByRole("heading", { name: "This runner asks for its token" }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Token" }).fill(TOKEN);
    await page.keyboard.press("Enter");
    await untilVerdict(page, "All is well");
    await page.getByText("200 clusters · 1,995 nodes · 1 balancer").waitFor();
    await page.locator("h1:focus").waitFor();
    await page.getByText("live", { exact: true }).first().waitFor();
    expect(await page.locator(".cluster").count()).toBe(200);
    expect(await page.locator(".node").count()).toBe(0);

    const search = page.getByRole("searchbox", { name: "Search clusters and nodes" });
    await page.keyboard.press("/");
    await page.keyboard.type("app1777");
    await page.getByText("1 of 200 clusters").waitFor();
    await page.getByRole("button", { name: /big 1 node found/ }).click();
    expect(await page.locator(".node").count()).toBe(1);
    await search.fill("big");
    await page.getByRole("button", { name: "Show 100 more nodes of 900" }).click();
    expect(await page.locator(".node").count()).toBe(200);
    await page.reload();
    await untilVerdict(page, "All is well");
  });
});
