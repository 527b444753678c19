import type { TaskRun } from '../port.ts'
import type { ControlPeer } from './host-context.ts'
import type { OffsetWriter } from './offset-committer.ts'
import type { BatchOutcome, RecordProducer } from './ports.ts'

/** What the offset producer hands back: which flush a record was part of. */
export interface OffsetToken {
  settle(error: Error | null): void
}

/** To be given to the producer as its outcome callback. */
export function settleOffsets(outcome: BatchOutcome<OffsetToken>): void {
  for (const token of outcome.tokens) token.settle(outcome.error)
}

/** The offset topic of a group of workers. */
export function topicOffsetWriter(topic: string, producer: RecordProducer<OffsetToken>): OffsetWriter {
  return {
    write: async (records, givenUp) => {
      await producer.partitionsFor(topic)
      // What was held up until the flush was over must not land on top of what a later one has written.
      if (givenUp.aborted) return
      const written: Promise<void>[] = []
      for (const { key, value } of records) {
        let room = true
        const outcome = new Promise<void>((resolve, reject) => {
          const record = { topic, partition: null, timestamp: null, key, value, headers: [] }
          room = producer.append(record, { settle: (error) => (error === null ? resolve() : reject(error)) })
        })
        outcome.catch(() => undefined) // it counts below, together with the others
        written.push(outcome)
        if (!room) await producer.ready()
        if (givenUp.aborted) return
      }
      await Promise.all(written)
    },
  }
}

/** The control thread, which writes in the order in which it is asked, and nothing of a task that was given up. */
export function controlOffsetWriter(control: ControlPeer, task: TaskRun): OffsetWriter {
  return {
    write: async (records, givenUp) => {
      if (!givenUp.aborted) await control.call('writeOffsets', { ...task, records })
    },
  }
}
