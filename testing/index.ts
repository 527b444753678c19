/** `sluice/testing`: Kafka and Kafka Connect inside a test. */
export { Connect, type ConnectOptions, connect, type ConnectorConfig, type WaitOptions } from './connect.ts'
export { DeadLetter, type TestHeader, TestRecord } from './records.ts'
export type { NewRecord } from './clients.ts'
export type { Effect, Fault } from '../broker/faults/fault.ts'
export type { FaultHandle } from '../broker/thread.ts'
export type { ConnectorStateInfo } from '../runtime/herder/herder.ts'
