import { ftruncateSync, writeSync } from 'node:fs'

/**
 * Writes all of it at the end of a file, or nothing: what a full disk has let through is cut off again, since whatever is
 * written next would follow it.
 * @param size of the file before
 */
export function appendWhole(file: number, bytes: Uint8Array, size: number): void {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(file, bytes, written)
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}
