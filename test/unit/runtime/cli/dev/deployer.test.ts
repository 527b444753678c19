import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { readConnectorFolder } from '../../../../../runtime/cli/dev/connector-folder.ts'
import { Deployer, type Deployment, type DeployTarget } from '../../../../../runtime/cli/dev/deployer.ts'
import { Scratch } from '../../../../support/scratch.ts'

/** A worker that takes everything but configs with `refuse`. */
class FakeTarget implements DeployTarget {
  readonly configs = new Map<string, Readonly<Record<string, string | null>>>()
  readonly states: (string | null)[] = []

  exists(name: string): boolean {
    return this.configs.has(name)
  }

  deploy(name: string, config: Readonly<Record<string, string | null>>, state: string | null): Promise<void> {
    if (config['refuse'] !== undefined) return Promise.reject(new Error(config['refuse'] ?? ''))
    this.configs.set(name, config)
    this.states.push(state)
    return Promise.resolve()
  }
}

class Folder extends Scratch {
  readonly target = new FakeTarget()
  #deployer = this.#open()

  connector(file: string, config: Readonly<Record<string, string>>): void {
    writeFileSync(this.path(file), JSON.stringify({ 'connector.class': 'C', ...config }))
  }

  restart(): void {
    this.#deployer = this.#open()
  }

  async deploy(missing = false): Promise<readonly Deployment[]> {
    return await this.#deployer.deploy(readConnectorFolder(this.folder), missing)
  }

  #open(): Deployer {
    return new Deployer(this.target, this.path('deployed'))
  }
}

describe('files of connectors', () => {
  test('are deployed when they are new or have changed, and otherwise left alone', async () => {
    using folder = new Folder()
    folder.connector('a.json', { name: 'a' })
    writeFileSync(folder.path('b.properties'), 'connector.class=C\nname=bee\n')
    assert.deepEqual(await folder.deploy(true), [
      { kind: 'deployed', file: 'a.json', name: 'a' },
      { kind: 'deployed', file: 'b.properties', name: 'bee' },
    ])
    assert.deepEqual(await folder.deploy(), [])
    folder.restart()
    assert.deepEqual(await folder.deploy(true), [], 'it is remembered')
    folder.connector('a.json', { name: 'a', more: 'x' })
    assert.deepEqual(await folder.deploy(), [{ kind: 'deployed', file: 'a.json', name: 'a' }])
    assert.equal(folder.target.configs.get('a')?.['more'], 'x')
  })

  test('come back at a start when somebody deleted their connector, not before', async () => {
    using folder = new Folder()
    folder.connector('a.json', { name: 'a' })
    await folder.deploy(true)
    folder.target.configs.clear()
    assert.deepEqual(await folder.deploy(), [])
    assert.deepEqual(await folder.deploy(true), [{ kind: 'deployed', file: 'a.json', name: 'a' }])
  })

  test('that are refused are tried again when they change, and said once', async () => {
    using folder = new Folder()
    folder.connector('a.json', { name: 'a', refuse: 'no such file' })
    assert.deepEqual(await folder.deploy(true), [{ kind: 'refused', file: 'a.json', reason: 'no such file' }])
    assert.deepEqual(await folder.deploy(), [])
    folder.connector('a.json', { name: 'a' })
    assert.deepEqual(await folder.deploy(), [{ kind: 'deployed', file: 'a.json', name: 'a' }])
  })

  test('that are gone leave their connector where it is', async () => {
    using folder = new Folder()
    folder.connector('a.json', { name: 'a' })
    await folder.deploy(true)
    rmSync(folder.path('a.json'))
    assert.deepEqual(await folder.deploy(), [{ kind: 'gone', file: 'a.json', name: 'a' }])
    assert.deepEqual(await folder.deploy(), [])
    assert.ok(folder.target.exists('a'))
  })

  test('that name one connector: the one it came from keeps it, and the other is said once', async () => {
    using folder = new Folder()
    folder.connector('b.json', { name: 'same', from: 'b' })
    await folder.deploy(true)
    folder.connector('a.json', { name: 'same', from: 'a' })
    const [refused, ...others] = await folder.deploy()
    assert.deepEqual(others, [])
    assert.match(JSON.stringify(refused), /"refused","file":"a.json".*b\.json names the connector same as well/)
    assert.deepEqual(await folder.deploy(), [])
    folder.restart()
    assert.equal((await folder.deploy(true)).length, 1)
    assert.equal(folder.target.configs.get('same')?.['from'], 'b')
    folder.connector('a.json', { name: 'other', from: 'a' })
    assert.deepEqual(await folder.deploy(), [{ kind: 'deployed', file: 'a.json', name: 'other' }])
  })

  test('that get another name leave the connector of the old one, and say so', async () => {
    using folder = new Folder()
    folder.connector('a.json', { name: 'a' })
    await folder.deploy(true)
    folder.connector('a.json', { name: 'b' })
    assert.deepEqual(await folder.deploy(), [
      { kind: 'gone', file: 'a.json', name: 'a' },
      { kind: 'deployed', file: 'a.json', name: 'b' },
    ])
  })

  test('keep their initial state', async () => {
    using folder = new Folder()
    const text = JSON.stringify({ name: 'a', config: { 'connector.class': 'C' }, initial_state: 'PAUSED' })
    writeFileSync(folder.path('a.json'), text)
    await folder.deploy(true)
    assert.deepEqual(folder.target.states, ['PAUSED'])
  })

  test('are told from what else lies there', async () => {
    using folder = new Folder()
    writeFileSync(folder.path('package.json'), '{"private":"true"}')
    writeFileSync(folder.path('torn.json'), '{"name":')
    writeFileSync(folder.path('worker.properties'), 'group.id=g')
    writeFileSync(folder.path('data.jsonl'), '{}')
    const outcomes = await folder.deploy(true)
    assert.deepEqual(
      outcomes.map(({ kind, file }) => [kind, file]),
      [
        ['ignored', 'package.json'],
        ['ignored', 'torn.json'],
      ],
    )
    assert.match(JSON.stringify(outcomes[1]), /not valid JSON/)
    assert.deepEqual(await folder.deploy(), [])
  })
})
