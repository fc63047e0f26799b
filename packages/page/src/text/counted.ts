/** A number with its word: `1 node`, `1,000 nodes`. */
export function counted(count: number, word: string, words: string = `${word}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? word : words}`;
}
