/** Calls `callback` after so many milliseconds, when what has arrived by then has been heard: time in which this process
 * stood still (suspended, starved, swapped out) is held against nobody who has answered meanwhile. Gives what calls it
 * off. */
export function startTimer(milliseconds: number, callback: () => void): () => void {
  let due: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    due = setImmediate(callback);
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(due);
  };
}
