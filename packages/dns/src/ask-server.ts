import { askFor, type DnsAnswer, type QueryType, type Question, readAnswer } from "./dns-message.js";
import { exchangeTcp } from "./exchange-tcp.js";
import { exchangeUdp } from "./exchange-udp.js";
import { ServerFailure } from "./failures.js";
import type { ServerAddress } from "./server-address.js";
import { tryFor } from "./try-for.js";

/** Asks one name server one question, over TCP where its answer over UDP is truncated. Resolves with an answer that says
 * what is there (NOERROR or NXDOMAIN); rejects with ServerFailure otherwise, within twice `limitMs`, and at once when
 * `signal` aborts. */
export async function askServer(
  server: ServerAddress,
  name: string,
  type: QueryType,
  limitMs: number,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  let question = askFor(name, type);
  let answer = await overUdp(server, question, limitMs, signal);
  if (answer.code === "FORMERR") {
    question = askFor(name, type, false);
    answer = await overUdp(server, question, limitMs, signal);
  }
  if (answer.truncated) answer = await overTcp(server, question, limitMs, signal);
  const failure = failureOf(answer);
  if (failure !== undefined) throw new ServerFailure(failure);
  return answer;
}

function overUdp(server: ServerAddress, question: Question, limitMs: number, signal: AbortSignal): Promise<DnsAnswer> {
  const read = (bytes: Buffer): DnsAnswer | undefined => readAnswer(bytes, question);
  return within("", limitMs, signal, (limited) => exchangeUdp(server, question.bytes, read, limited));
}

function overTcp(server: ServerAddress, question: Question, limitMs: number, signal: AbortSignal): Promise<DnsAnswer> {
  const before = "truncated its answer, and over TCP it ";
  return within(before, limitMs, signal, async (limited) => {
    const answer = readAnswer(await exchangeTcp(server, question.bytes, limited), question);
    if (answer === undefined) throw new ServerFailure(`${before}answered another question`);
    if (answer.truncated) throw new ServerFailure(`${before}truncated it too`);
    return answer;
  });
}

async function within<T>(
  before: string,
  limitMs: number,
  signal: AbortSignal,
  exchange: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  return tryFor(limitMs, signal, async (limited) => {
    try {
      return await exchange(limited);
    } catch (error) {
      if (error instanceof ServerFailure) throw error;
      if (limited.aborted) throw new ServerFailure(`${before}did not answer within ${limitMs / 1000} s`, true);
      const { code, message } = error as NodeJS.ErrnoException;
      throw new ServerFailure(`${before}${WORDS[code ?? ""] ?? `could not be asked: ${message}`}`, true);
    }
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "reset the connection",
  EHOSTUNREACH: "cannot be reached (no route to that host)",
  ENETUNREACH: "cannot be reached (no route to that network)",
};

/** Why an answer tells nothing of what is there; undefined where it does. */
function failureOf({ code, answers, authorities }: DnsAnswer): string | undefined {
  if (code === "NXDOMAIN") return undefined;
  if (code !== "NOERROR") return `answered ${code}`;
  const types = new Set(authorities.map(({ type }) => type));
  if (answers.length > 0 || types.has("SOA") || !types.has("NS")) return undefined;
  return "only says who else to ask: it does not resolve names for others";
}
