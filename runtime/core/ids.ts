/** A connector's or task's configuration: text to text, as stored. */
export type ConfigMap = Readonly<Record<string, string>>

/** What a user wants of a connector. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'
