import { once } from 'node:events'
import { createServer } from 'node:net'

/** The port itself where nobody listens on it, else any free one. */
export async function freePort(wanted: number, host: string): Promise<number> {
  return (await listenBriefly(wanted, host)) ?? (await listenBriefly(0, host)) ?? wanted
}

/** By listening, not by asking: whoever is there gets no request. */
async function listenBriefly(port: number, host: string): Promise<number | null> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    const { port: bound } = server.address() as { readonly port: number }
    server.close()
    await once(server, 'close')
    return bound
  } catch {
    return null // taken, or not for this user
  }
}
