import type { NextFunction, Request, Response } from 'express'
import { ConnectError } from '../../api/index.ts'

/** One rule of `response.http.headers.config` (KIP-577). */
export interface HeaderRule {
  readonly action: 'set' | 'add' | 'setDate' | 'addDate'
  readonly name: string
  readonly value: string
}

/** `[action] name:value` rules, separated by commas; a rule that holds a comma stands in double quotes. */
export function parseHeaderRules(text: string): HeaderRule[] {
  const rules = text.match(/\s*"(?:[^"]|"")*"\s*|[^,]+/g) ?? []
  return rules
    .map((rule) => rule.trim().replace(/^"|"$/g, '').trim())
    .filter((rule) => rule !== '')
    .map(parseRule)
}

function parseRule(rule: string): HeaderRule {
  const match = /^(\S+)\s+([^:]*):(.*)$/s.exec(rule)
  if (match === null) {
    throw new ConnectError(
      'CONFIG_INVALID',
      `Invalid format of header config '${rule}'. Expected: '[action] [header name]:[header value]'`,
    )
  }
  const [, action = '', name = '', value = ''] = match
  if (!isAction(action)) {
    throw new ConnectError(
      'CONFIG_INVALID',
      `Invalid header config action: '${action}'. Expected one of [set, add, setDate, addDate]`,
    )
  }
  if (name.trim() === '' || /\s/.test(name.trim())) {
    throw new ConnectError(
      'CONFIG_INVALID',
      `Invalid header name '${name}'. The '[header name]' cannot contain whitespace`,
    )
  }
  return { action, name: name.trim(), value: value.trim() }
}

function isAction(text: string): text is HeaderRule['action'] {
  return text === 'set' || text === 'add' || text === 'setDate' || text === 'addDate'
}

export function headersMiddleware(rules: readonly HeaderRule[]) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    for (const rule of rules) {
      const value = rule.action.endsWith('Date') ? dateValue(rule.value) : rule.value
      if (rule.action.startsWith('add')) response.append(rule.name, value)
      else response.setHeader(rule.name, value)
    }
    next()
  }
}

/** Dates are given in milliseconds since the epoch and sent as HTTP writes them. */
function dateValue(text: string): string {
  const ms = Number(text)
  // oxlint-disable-next-line no-restricted-globals -- a given time as text
  return Number.isFinite(ms) ? new Date(ms).toUTCString() : text
}
