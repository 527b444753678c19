/** A program that tests call, with what it needs in its environment. */
export interface Client {
  readonly command: string
  readonly env: Readonly<Record<string, string>>
}

export interface Obtained {
  /** For `test(name, needed, …)`: skips with the reason where it cannot be had; with CI=true it lets the test run and fail. */
  readonly needed: { readonly skip: string | false }
  get(): Promise<Client>
}

/** Asks for a client once; whether it can be had is known afterwards. */
export async function obtained(name: string, ask: () => Promise<Client>): Promise<Obtained> {
  try {
    const client = await ask()
    return { needed: { skip: false }, get: () => Promise.resolve(client) }
  } catch (error) {
    const reason = `no ${name}: ${error instanceof Error ? error.message : String(error)}`
    if (process.env['CI'] !== 'true') process.stderr.write(`\n*** Tests with ${name} will be skipped.\n*** ${reason}\n`)
    return {
      needed: { skip: process.env['CI'] === 'true' ? false : reason },
      get: () => Promise.reject(new Error(reason)),
    }
  }
}
