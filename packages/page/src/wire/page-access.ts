/** What `/api/v1/access` tells a page of what it may do. */
export interface PageAccess {
  /** False: the state of things is told only to those who show the token. */
  readonly read: boolean;
  /** Whether changes are taken: `token`: from those who show it; `socket`: over the unix socket alone. */
  readonly change: "yes" | "token" | "socket";
}
