/** Does `work` for every item, for at most `limit` at a time; the results are in the items' order. After a failure
 * nothing more is begun, and it is thrown when what was begun has ended. */
export async function inParallel(limit, items, work) {
  const results = [];
  const failures = [];
  const queue = [...items.entries()];
  const worker = async () => {
    while (queue.length > 0 && failures.length === 0) {
      const [index, item] = queue.shift();
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
