import type { DiscoveryRecord } from "@lighthouse-sd/core";
import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { FoundMember, RecordFormat } from "../records/record-format.js";
import { joinPath } from "../session/server-address.js";
import type { Session } from "../session/session.js";
import type { WatchListener } from "../session/watch-table.js";
import { exists, getChildren, getData, sync } from "../wire/operations.js";
import { isRefusal } from "../wire/zookeeper-error.js";
import { memberText } from "./member-text.js";

/** Requests of one cluster that are under way at a time. */
const WINDOW = 256;

interface Member {
  /** What the record was made of, to recognise one that has not changed; undefined: there is no text of it. */
  readonly text: string | undefined;
  /** Undefined: it does not count now. */
  readonly record: DiscoveryRecord | undefined;
  /** The server has refused to give its data, which no watch tells the end of. */
  readonly refused: boolean;
}

/** The members of one cluster: what the server has, as of the last refresh. A child is read when it is new and when the
 * watch of its data has fired, and not otherwise. */
export class ClusterMembers {
  readonly #session: Session;
  readonly #path: string;
  readonly #format: RecordFormat;
  readonly #onChange: () => void;
  readonly #members = new Map<string, Member>();
  readonly #stale = new Set<string>();
  /** In order. */
  #names: readonly string[] = [];
  #mustList = true;
  #mustSync = true;
  #sessionId = 0n;

  constructor(session: Session, path: string, format: RecordFormat, onChange: () => void) {
    this.#session = session;
    this.#path = path;
    this.#format = format;
    this.#onChange = onChange;
  }

  /** How many there are. */
  get size(): number {
    return this.#names.length;
  }

  /** Whether there are members that the server refuses to show. */
  get hasRefused(): boolean {
    return this.#names.some((name) => this.#members.get(name)?.refused === true);
  }

  /** In the order of their names; one that has not changed is the same object as before. */
  records(): readonly DiscoveryRecord[] {
    return this.#names.flatMap((name) => this.#members.get(name)?.record ?? []);
  }

  /** After an interruption: the next refresh asks the server for all names. */
  doubt(): void {
    this.#mustList = true;
    this.#mustSync = true;
  }

  /** Brings all up to date. Rejects where the server cannot be asked, or refuses; what is known then may be a part. */
  async refresh(): Promise<void> {
    if (this.#session.state.id !== this.#sessionId) this.#begin();
    if (this.#mustList) await this.#list();
    const names = this.#names.filter((name) => this.#mustRead(name));
    await eachLimited(WINDOW, names, (name) => this.#read(name));
    const refused = this.#names.filter((name) => this.#members.get(name)?.refused === true);
    if (refused.length > 0 && refused.length === this.#names.length) {
      throw new Error(`may not read any of the ${refused.length} children of ${this.#path} (NO_AUTH)`);
    }
  }

  /** Nothing is watched any more. */
  end(): void {
    this.#session.unwatch("children", this.#path, this.#onChildren);
    this.#session.unwatch("existence", this.#path, this.#onChildren);
    for (const name of this.#members.keys()) this.#session.unwatch("data", this.#pathOf(name), this.#onData);
  }

  /** Another session has no watch of ours, and perhaps other data. */
  #begin(): void {
    this.#sessionId = this.#session.state.id;
    this.doubt();
    for (const name of this.#members.keys()) this.#stale.add(name);
  }

  async #list(): Promise<void> {
    this.#mustList = false;
    try {
      // What another server has may be older than what this one's clients have seen.
      const caughtUp = this.#mustSync ? this.#session.request(sync(this.#path)) : undefined;
      const [names] = await Promise.all([this.#childNames(), caughtUp]);
      this.#mustSync = false;
      this.#names = names.filter((name) => this.#format.fromName(name) !== "ignore").sort();
    } catch (error) {
      this.doubt();
      throw error;
    }
    const listed = new Set(this.#names);
    for (const name of this.#members.keys()) if (!listed.has(name)) this.#members.delete(name);
    for (const name of this.#stale) if (!listed.has(name)) this.#stale.delete(name);
  }

  async #childNames(): Promise<readonly string[]> {
    for (;;) {
      try {
        const list = getChildren(this.#path, true);
        return await this.#session.requestWatched(list, "children", this.#path, this.#onChildren);
      } catch (error) {
        if (!isRefusal(error, "NO_NODE")) throw error;
      }
      try {
        const look = exists(this.#path, true);
        await this.#session.requestWatched(look, "existence", this.#path, this.#onChildren);
      } catch (error) {
        if (isRefusal(error, "NO_NODE")) return [];
        throw error;
      }
    }
  }

  #mustRead(name: string): boolean {
    const member = this.#members.get(name);
    return member === undefined || member.refused || this.#stale.has(name);
  }

  async #read(name: string): Promise<void> {
    const said = this.#format.fromName(name);
    // Before the request: what a watch tells while the answer is on its way to us must stand.
    this.#stale.delete(name);
    if (typeof said === "object") return this.#set(name, name, () => said);
    const path = this.#pathOf(name);
    try {
      const { data } = await this.#session.requestWatched(getData(path, true), "data", path, this.#onData);
      const text = memberText(data);
      if (text === undefined) return this.#setProblem(name, `its ${data.length} bytes of data are not UTF-8`, false);
      this.#set(name, text, () => this.#format.fromData(text));
    } catch (error) {
      // It left between the two requests; the watch of the children has fired.
      if (isRefusal(error, "NO_NODE")) return void this.#members.delete(name);
      if (!isRefusal(error, "NO_AUTH")) {
        this.#stale.add(name);
        throw error;
      }
      this.#setProblem(name, "its data may not be read (NO_AUTH)", true);
    }
  }

  #set(name: string, text: string, read: () => FoundMember | undefined): void {
    if (this.#members.get(name)?.text === text) return;
    const found = read();
    this.#members.set(name, { text, refused: false, record: found && { source: this.#pathOf(name), ...found } });
  }

  /** There is no text to read. */
  #setProblem(name: string, problem: string, refused: boolean): void {
    if (this.#members.get(name)?.record?.problem === problem && this.#members.get(name)?.text === undefined) return;
    const record = { source: this.#pathOf(name), value: null, problem };
    this.#members.set(name, { text: undefined, refused, record });
  }

  #pathOf(name: string): string {
    return joinPath(this.#path, name);
  }

  readonly #onChildren: WatchListener = () => {
    this.#mustList = true;
    this.#onChange();
  };

  readonly #onData: WatchListener = ({ path }) => {
    this.#stale.add(path.slice(path.lastIndexOf("/") + 1));
    this.#onChange();
  };
}
