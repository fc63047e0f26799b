import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of files in a temporary place, removed with its test. */
export class ConfigFolder {
  private constructor(readonly path: string) {}

  static async make(files: Readonly<Record<string, string>> = {}): Promise<ConfigFolder> {
    const path = await mkdtemp(join(tmpdir(), "lighthouse-config-"));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    const folder = new ConfigFolder(path);
    for (const [file, text] of Object.entries(files)) await folder.write(file, text);
    return folder;
  }

  /** Writes a file as most editors do: beside it, then renamed into its place. */
  async write(file: string, text: string): Promise<void> {
    const target = this.at(file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}~`, text);
    await rename(`${target}~`, target);
  }

  async remove(file: string): Promise<void> {
    await rm(this.at(file), { recursive: true, force: true });
  }

  at(file: string): string {
    return join(this.path, file);
  }
}

/** A directory that is valid with the tiny plugins: one balancer, one discovery, the clusters web (80) and api (81). */
export const SMALL: Readonly<Record<string, string>> = {
  "balancers/tiny.yaml": "target: /etc/tiny\n",
  "discovery/list.yaml": "path: nodes\n",
  "clusters/web.yaml": "discovery: list\ntiny:\n  port: 80\n",
  "clusters/api.yaml": "discovery: list\ntiny:\n  port: 81\n",
};
