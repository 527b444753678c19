import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError, isConnectError } from '../../../../api/index.ts'
import { callTimedOut, peerGone, RpcPeer } from '../../../../runtime/worker/rpc.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { wirePair } from './fake-host.ts'

type Offered = {
  double: { params: number; result: number }
  slow: { params: null; result: string }
  fail: { params: null; result: void }
  unserialisable: { params: null; result: unknown }
}
type Heard = { note: string }
// What the client offers, and the server tells, in a conversation with one side asking.
type NoMethods = { nothing: { params: null; result: null } }
type NoEvents = { nothing: null }

function pair() {
  const clock = new ManualClock()
  const [left, right] = wirePair()
  const notes: string[] = []
  let finish: (text: string) => void = () => undefined
  const server = new RpcPeer<Offered, NoMethods, Heard, NoEvents>({
    wire: right,
    clock,
    handlers: {
      double: (value) => 2 * value,
      slow: () =>
        new Promise((resolve) => {
          finish = resolve
        }),
      fail: () => {
        throw new ConnectError('CONFIG_INVALID', 'no topic', { remedy: 'set topic', retriable: true })
      },
      unserialisable: () => () => undefined,
    },
    events: { note: (text) => notes.push(text) },
  })
  const client = new RpcPeer<NoMethods, Offered, NoEvents, Heard>({
    wire: left,
    clock,
    handlers: { nothing: () => null },
    events: { nothing: () => undefined },
  })
  return { clock, client, server, notes, finish: (text: string) => finish(text) }
}

const withCode = (code: string) => (error: unknown) => isConnectError(error) && error.code === code

test('a call is answered, and no timer is left behind', async () => {
  const { client, clock } = pair()
  assert.equal(await client.call('double', 21, 1000), 42)
  await settled()
  assert.equal(clock.nextMs, null)
})

test('an error arrives with its code, message, remedy and whether to retry', async () => {
  const { client } = pair()
  await assert.rejects(client.call('fail', null), {
    code: 'CONFIG_INVALID',
    message: 'no topic',
    remedy: 'set topic',
    retriable: true,
  })
})

test('an answer that cannot travel is an error of the call', async () => {
  const { client } = pair()
  await assert.rejects(client.call('unserialisable', null))
})

test('a call that is not offered is an error', async () => {
  const { client } = pair()
  await assert.rejects(client.call('toString' as 'double', 1), withCode('INTERNAL'))
  await assert.rejects(client.call('missing' as 'double', 1), withCode('INTERNAL'))
})

test('parameters that cannot travel fail the call and leave nothing behind', async () => {
  const { client, clock } = pair()
  await assert.rejects(async () => client.call('double', (() => undefined) as unknown as number, 1000))
  await settled()
  assert.equal(clock.nextMs, null)
  assert.equal(await client.call('double', 1), 2)
})

test('a call ends at its deadline, and an answer that comes later is dropped', async () => {
  const { client, clock, finish } = pair()
  const call = client.call('slow', null, 100)
  const rejected = assert.rejects(call, withCode(callTimedOut))
  await settled()
  await clock.advance(100)
  await rejected
  finish('late')
  await settled()
  assert.equal(await client.call('double', 2), 4)
})

test('without a deadline a call waits', async () => {
  const { client, clock, finish } = pair()
  const call = client.call('slow', null)
  await clock.advance(10_000_000)
  finish('at last')
  assert.equal(await call, 'at last')
})

test('the end fails what is under way and what follows, once', async () => {
  const { client, server, finish, notes } = pair()
  const call = client.call('slow', null, 1000)
  const rejected = assert.rejects(call, withCode(peerGone))
  await settled()
  client.end('the thread has died')
  client.end('again')
  await rejected
  await assert.rejects(client.call('double', 1), { code: peerGone, message: 'the thread has died' })
  finish('late')
  client.tell('note', 'unheard')
  await settled()
  assert.deepEqual(notes, [])
  server.end('over')
})

test('events come in order, those that nobody knows are passed over', async () => {
  const { client, notes } = pair()
  client.tell('note', 'a')
  client.tell('other' as 'note', 'x')
  client.tell('note', 'b')
  await settled()
  assert.deepEqual(notes, ['a', 'b'])
})
