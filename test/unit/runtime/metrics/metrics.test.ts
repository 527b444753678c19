import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SampledValues, TimeShares } from '../../../../runtime/metrics/measures.ts'
import { prometheusText } from '../../../../runtime/metrics/prometheus.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const window = { windowMs: 30_000, samples: 2 }

test('averages and maxima are of the last windows, NaN before the first value', async () => {
  const clock = new ManualClock()
  const values = new SampledValues(clock, window)
  assert.ok(Number.isNaN(values.average()))
  assert.ok(Number.isNaN(values.max()))
  values.record(10)
  values.record(20)
  assert.equal(values.average(), 15)
  assert.equal(values.max(), 20)
  await clock.advance(30_000)
  values.record(1)
  assert.equal(values.max(), 20)
  await clock.advance(30_000)
  assert.equal(values.max(), 1)
})

test('a rate counts at least all windows but one, so that a first value is no burst', async () => {
  const clock = new ManualClock()
  const values = new SampledValues(clock, window)
  values.record(300)
  await clock.advance(1000)
  assert.equal(values.rate(), 10)
  await clock.advance(59_000)
  assert.equal(values.rate(), 0)
})

test('shares of time', async () => {
  const clock = new ManualClock()
  const shares = new TimeShares<'RUNNING' | 'PAUSED'>(clock, 'PAUSED')
  await clock.advance(1000)
  shares.enter('RUNNING')
  await clock.advance(3000)
  assert.equal(shares.share('RUNNING'), 0.75)
  assert.equal(shares.share('PAUSED'), 0.25)
})

test('Prometheus text has each value under both names, texts as labels, labels escaped', () => {
  const text = prometheusText([
    {
      group: 'source-task-metrics',
      attribute: 'source-record-poll-total',
      labels: { connector: 'a"b\\c', task: '0' },
      value: 5,
    },
    { group: 'connector-task-metrics', attribute: 'status', labels: { connector: 'x', task: '1' }, value: 'running' },
    { group: 'sink-task-metrics', attribute: 'put-batch-max-time-ms', labels: {}, value: Number.NaN },
  ])
  assert.ok(text.includes('# TYPE kafka_connect_source_task_source_record_poll_total counter\n'))
  assert.ok(
    text.includes('kafka_connect_source_task_metrics_source_record_poll_total{connector="a\\"b\\\\c",task="0"} 5\n'),
  )
  assert.ok(text.includes('kafka_connect_connector_task_status{connector="x",task="1",status="running"} 1\n'))
  assert.ok(text.includes('kafka_connect_connector_task_metrics{connector="x",task="1",status="running"} 1\n'))
  assert.ok(
    text.includes(
      '# TYPE kafka_connect_sink_task_put_batch_max_time_ms gauge\nkafka_connect_sink_task_put_batch_max_time_ms NaN\n',
    ),
  )
})
