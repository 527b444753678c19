// Proof: a member of a group of protocol type `connect` joins, syncs, heartbeats, and Java's admin client sees it.
import { createHash } from 'node:crypto'
import { findCoordinator } from '../../dist/runtime/kafka/protocol/find-coordinator.js'
import { heartbeat } from '../../dist/runtime/kafka/protocol/heartbeat.js'
import { joinGroup } from '../../dist/runtime/kafka/protocol/join-group.js'
import { leaveGroup } from '../../dist/runtime/kafka/protocol/leave-group.js'
import { syncGroup } from '../../dist/runtime/kafka/protocol/sync-group.js'
import { check, connect, kafkaTool } from './support.js'

const groupId = `proof-connect-${process.pid}`
const connection = await connect('proof-member')
const MEMBER_ID_REQUIRED = 79

// Metadata of a worker at http://w1:8083/ whose config offset is 42, in versions 2, 1 and 0.
const url = '000f687474703a2f2f77313a383038332f'
const protocols = [
  { name: 'sessioned', metadata: Buffer.from(`0002${url}000000000000002affffffff`, 'hex') },
  { name: 'compatible', metadata: Buffer.from(`0001${url}000000000000002affffffff`, 'hex') },
  { name: 'default', metadata: Buffer.from(`0000${url}000000000000002a`, 'hex') },
]

async function untilCoordinator() {
  for (;;) {
    const answer = await connection.send(findCoordinator, { key: groupId, keyType: 0, coordinatorKeys: [groupId] })
    const errorCode = answer.coordinators[0]?.errorCode ?? answer.errorCode
    if (errorCode === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

await untilCoordinator()
const join = (memberId) =>
  connection.send(joinGroup, {
    groupId,
    memberId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'connect',
    protocols,
  })
let joined = await join('')
check('first join asks for a member id', joined.errorCode === MEMBER_ID_REQUIRED, joined.memberId)
joined = await join(joined.memberId)
check('joined', joined.errorCode === 0, `generation ${joined.generationId}, protocol ${joined.protocolName}`)
check('is the leader', joined.leader === joined.memberId)
const { memberId, generationId, protocolName } = joined
const assignment = createHash('sha256').update('any bytes').digest()
const synced = await connection.send(syncGroup, {
  groupId,
  memberId,
  generationId,
  protocolType: 'connect',
  protocolName,
  assignments: [{ memberId, assignment }],
})
check('synced', synced.errorCode === 0 && synced.assignment.equals(assignment))
const beat = await connection.send(heartbeat, { groupId, memberId, generationId })
check('heartbeat', beat.errorCode === 0)
const listed = await kafkaTool(
  'org.apache.kafka.tools.GroupsCommand',
  '--bootstrap-server',
  process.env.SLUICE_TEST_BOOTSTRAP ?? '127.0.0.1:9092',
  '--list',
)
const line = listed.split('\n').find((l) => l.includes(groupId)) ?? '(absent)'
check(
  'Java lists it with protocol connect',
  /\bconnect\b/.test(line.replace(groupId, '')),
  line.trim().replace(/\s+/g, ' '),
)
const left = await connection.send(leaveGroup, { groupId, memberId, members: [{ memberId }] })
check('left', left.errorCode === 0)
connection.close()
