// What the broker says: the workers are not asked while they are measured.
import { setTimeout as delay } from 'node:timers/promises'
import { openAdmin } from '../dist/runtime/kafka/client-config/clients.js'

export class BrokerView {
  #admin

  static async open(bootstrap) {
    const view = new BrokerView()
    view.#admin = await openAdmin({ 'bootstrap.servers': bootstrap })
    return view
  }

  async createTopic(name) {
    const config = { 'retention.ms': '-1', 'segment.bytes': String(1 << 30) }
    await this.#admin.topics.create({ name, partitions: 1, replicationFactor: 1, config })
    await this.#admin.topics.waitFor(name)
  }

  deleteTopic(name) {
    return this.#admin.topics.delete([name])
  }

  async endOffset(topic) {
    const [found] = await this.#admin.listOffsets([{ topic, partition: 0 }], 'latest')
    return found.offset
  }

  /** Resolves when the topic holds that many records. */
  async reached(topic, count, everyMs = 20) {
    for (;;) {
      const offset = await this.endOffset(topic)
      if (offset >= count) return offset
      await delay(everyMs)
    }
  }

  close() {
    return this.#admin.close()
  }
}
