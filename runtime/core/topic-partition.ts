/** A topic's partition as Kafka prints it; distinct for distinct partitions. */
export function topicPartitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`
}
