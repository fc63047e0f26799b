/** One name server did not answer one question. */
export class ServerFailure extends Error {
  override readonly name: string = "ServerFailure";
  /** True: it is the server that is at fault, whatever it is asked. */
  readonly isUnreachable: boolean;

  /** `what` goes on after the server's name: `answered SERVFAIL`. */
  constructor(what: string, isUnreachable = false) {
    super(what);
    this.isUnreachable = isUnreachable;
  }
}

/** What was to be looked up is not known now: no name server says what is there. */
export class LookUpError extends Error {
  override readonly name: string = "LookUpError";
}
