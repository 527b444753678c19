/** Prints figures and checks as they come and remembers whether any check fell short. */
export class Report {
  failed = false

  figure(what: string, value: string): void {
    process.stdout.write(`     ${what}: ${value}\n`)
  }

  check(what: string, holds: boolean, detail: string): void {
    this.failed ||= !holds
    process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${what} (${detail})\n`)
  }
}
