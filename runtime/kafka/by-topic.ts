/** Items of partitions, grouped by topic as requests carry them; topics and items keep their order. */
export function byTopic<P extends { readonly topic: string }, I>(
  partitions: Iterable<P>,
  toItem: (partition: P) => I,
): Map<string, I[]> {
  const topics = new Map<string, I[]>()
  for (const partition of partitions) {
    const items = topics.get(partition.topic)
    if (items === undefined) topics.set(partition.topic, [toItem(partition)])
    else items.push(toItem(partition))
  }
  return topics
}
