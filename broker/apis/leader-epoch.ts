/** Leaders never changed here: there was one epoch, and a client that knows of a later one is wrong. */
export function isUnknownEpoch(currentLeaderEpoch: number): boolean {
  return currentLeaderEpoch > 0
}
