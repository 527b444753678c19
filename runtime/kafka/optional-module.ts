import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Loads an optional native dependency; null when it is not installed here, which is no fault: npm leaves optional
 * packages out on platforms without a prebuilt binary. Any other failure is passed on.
 */
export function loadOptional<T>(name: string): T | null {
  try {
    return require(name) as T
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED') return null
    // napi-rs loaders throw a plain error when none of their platform packages is there.
    if (error instanceof Error && /native binding/i.test(error.message)) return null
    throw error
  }
}
