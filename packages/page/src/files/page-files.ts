import { html, script, style } from "built-page";
import { TAB_ICONS } from "./tab-icons.js";

/** A file that a browser asks for. */
export interface PageFile {
  /** Its content type. */
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Nothing but our own files, no inline code, no text that becomes code, in nobody's frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const GUARDED = {
  "content-security-policy": POLICY,
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
} as const;

/** The page itself is asked for anew each time: it names the files of this version; */
const ANEW = { ...GUARDED, "cache-control": "no-cache" } as const;
/** whose addresses change with what is in them. */
const FOR_EVER = { ...GUARDED, "cache-control": "public, max-age=31536000, immutable" } as const;
const FOR_A_DAY = { ...GUARDED, "cache-control": "public, max-age=86400" } as const;

/** Every file of the page by its path; `/` is the page. None of them says anything about the runner. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map<string, PageFile>([
  ["/", { type: "text/html; charset=utf-8", body: html, headers: ANEW }],
  [script.path, { type: "text/javascript; charset=utf-8", body: script.text, headers: FOR_EVER }],
  [style.path, { type: "text/css; charset=utf-8", body: style.text, headers: FOR_EVER }],
  ...[...TAB_ICONS].map(([level, body]): [string, PageFile] => [
    `/page/icon-${level}.svg`,
    { type: "image/svg+xml", body, headers: FOR_A_DAY },
  ]),
]);
