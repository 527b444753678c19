import { configError } from '../api/errors.ts'

/** One login module of a JAAS configuration. */
export interface JaasModule {
  readonly className: string
  /** `required`, `requisite`, `sufficient` or `optional`, in lower case. */
  readonly controlFlag: string
  readonly options: ReadonlyMap<string, string>
}

const CONTROL_FLAGS = ['required', 'requisite', 'sufficient', 'optional']

interface Token {
  readonly text: string
  readonly quoted: boolean
}

/** Parses `sasl.jaas.config`: exactly one login module, as Kafka's clients want it. */
export function parseJaas(text: string): JaasModule {
  const modules = parseJaasModules(text)
  const [module] = modules
  if (module === undefined) throw invalid('Login module not specified in JAAS config')
  if (modules.length > 1) {
    throw invalid(`JAAS config property contains ${modules.length} login modules, should be 1 module`)
  }
  return module
}

/** Every login module of a configuration: `Class flag name="value" …;` one after another. */
export function parseJaasModules(text: string): JaasModule[] {
  const tokens = tokenize(text)
  const modules: JaasModule[] = []
  let at = 0
  const next = (what: string): Token => {
    const token = tokens[at++]
    if (token === undefined) throw invalid(`${what} not specified in JAAS config`)
    return token
  }
  while (at < tokens.length) {
    const className = next('Login module').text
    const controlFlag = next('Login module control flag').text.toLowerCase()
    if (!CONTROL_FLAGS.includes(controlFlag))
      throw invalid(`Invalid login module control flag '${controlFlag}' in JAAS config`)
    const options = new Map<string, string>()
    for (let token = next('End of entry'); token.quoted || token.text !== ';'; token = next('End of entry')) {
      const equals = tokens[at]
      if (equals?.text !== '=' || equals.quoted)
        throw invalid(`Value not specified for key '${token.text}' in JAAS config`)
      at++
      const value = next(`Value of '${token.text}'`)
      if (!value.quoted && (value.text === ';' || value.text === '=')) {
        throw invalid(`Value not specified for key '${token.text}' in JAAS config`)
      }
      options.set(token.text, value.text)
    }
    modules.push({ className, controlFlag, options })
  }
  return modules
}

/** Words, quoted strings and the two signs, as Java's StreamTokenizer finds them; comments of three kinds are skipped. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(["'])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1|([;=])|([^\s;="'#]+)/y
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    // The text may hold a password, so it is not shown.
    if (!match) throw invalid(`JAAS config cannot be read at character ${at}: is a quote missing?`)
    if (match[1] !== undefined) tokens.push({ text: unescape(match[2] ?? ''), quoted: true })
    else if (match[3] !== undefined || match[4] !== undefined)
      tokens.push({ text: match[3] ?? match[4] ?? '', quoted: false })
  }
  return tokens
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescape(text: string): string {
  return text.replace(
    /\\(?:([0-3]?[0-7]{1,2})|([\s\S]))/g,
    (_all, octal: string | undefined, char: string | undefined) =>
      octal === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

function invalid(message: string): Error {
  return configError(message, { remedy: 'Write: <login module class> required name="value" …;' })
}
