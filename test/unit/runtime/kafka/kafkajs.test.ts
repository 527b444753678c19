import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import net from 'node:net'
import { describe, test } from 'node:test'
import { makeKafkajsConnection, type QueuedRequest } from '../../../../runtime/kafka/kafkajs.ts'
import { RequestQueue } from '../../../../runtime/kafka/request-queue.ts'

const require = createRequire(import.meta.url)

/** A server that sends what it gets back, so that frames can be cut at will. */
async function server(
  onData: (socket: net.Socket, data: Buffer) => void,
): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<net.Socket>()
  const listening = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('data', (data) => onData(socket, data))
    socket.on('error', () => socket.destroy())
  })
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as net.AddressInfo
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  }
  return { port, close }
}

function connect(
  port: number,
  queue = new RequestQueue(5000, { onTimeout: () => assert.fail('timeout'), toError: (error) => error }),
) {
  const connection = makeKafkajsConnection({
    host: '127.0.0.1',
    port,
    clientId: 'c',
    ssl: null,
    sasl: null,
    connectionTimeout: 2000,
    socketFactory: ({ host, port, onConnect }) => net.connect({ host, port }, onConnect),
    queue,
  })
  return { connection, queue }
}

function request(
  correlationId: number,
  sendRequest: () => void,
): { queued: QueuedRequest; answer: Promise<Buffer | null> } {
  let queued: QueuedRequest | undefined
  const answer = new Promise<Buffer | null>((resolve, reject) => {
    const entry = { correlationId, resolve: (a: { payload: Buffer | null }) => resolve(a.payload), reject }
    queued = { entry, expectResponse: true, requestTimeout: null, sendRequest }
  })
  assert(queued)
  return { queued, answer }
}

describe('what we rely on in kafkajs', () => {
  test('the pinned version', () => {
    assert.equal((require('kafkajs/package.json') as { version: string }).version, '2.2.4')
  })

  test('a connection has the members that we call', () => {
    const { connection } = connect(1)
    const members = ['connect', 'disconnect', 'isConnected', 'isAuthenticated', 'authenticate', 'nextCorrelationId']
    for (const name of [...members, 'setVersions', 'setSupportAuthenticationProtocol']) {
      assert.equal(typeof connection[name as keyof typeof connection], 'function', name)
    }
  })

  test('answers come back by correlation id, whatever way the bytes are cut', async () => {
    const frame = (id: number, text: string): Buffer => {
      const bytes = Buffer.alloc(8 + text.length)
      bytes.writeInt32BE(4 + text.length)
      bytes.writeInt32BE(id, 4)
      bytes.write(text, 8)
      return bytes
    }
    const both = Buffer.concat([frame(1, 'one'), frame(2, 'two'.repeat(50_000))])
    const { port, close } = await server((socket) => {
      socket.write(both.subarray(0, 6))
      socket.write(both.subarray(6, 12))
      socket.write(both.subarray(12))
    })
    const { connection, queue } = connect(port)
    await connection.connect()
    const one = request(1, () => connection.socket?.write('go'))
    const two = request(2, () => {})
    queue.push(one.queued)
    queue.push(two.queued)
    assert.equal((await one.answer)?.toString(), 'one')
    assert.equal((await two.answer)?.length, 150_000)
    await connection.disconnect()
    close()
  })

  test('a connection that breaks rejects what is open, through our queue', async () => {
    const { port, close } = await server((socket) => socket.destroy())
    const { connection, queue } = connect(port)
    await connection.connect()
    const lost = request(1, () => connection.socket?.write('go'))
    queue.push(lost.queued)
    connection.socket?.once('close', () => queue.rejectAll(new Error('closed')))
    await assert.rejects(lost.answer)
    assert.equal(queue.size, 0)
    close()
  })

  test('a refused connection rejects with the code of Node', async () => {
    const { port, close } = await server(() => {})
    close()
    await assert.rejects(connect(port).connection.connect(), { name: 'KafkaJSConnectionError', code: 'ECONNREFUSED' })
  })
})
