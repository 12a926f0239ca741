import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text as readText } from 'node:stream/consumers'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { invalid } from './refusal.js'

/** Parameters by name. `tags[]` and `tags[0]` are items of a list called `tags`. Has no prototype. */
export type Fields = Record<string, string | string[]>

/** A file as it came. Of one that is too large the size is known, but not the bytes. */
export interface FilePart {
  bytes: Buffer
  size: number
  filename: string
}

/** What a request carries. */
export interface Form {
  fields: Fields
  file?: FilePart
}

/** Largest field: a data URI of the largest file. */
const maxFieldBytes = 150 * 1024 * 1024

/**
 * Reads a body: multipart, form-encoded or JSON.
 *
 * @throws Refusal if it is malformed, or breaks off
 */
export async function readForm(req: IncomingMessage, maxFileBytes: number): Promise<Form> {
  const type = req.headers['content-type'] ?? ''
  if (/^multipart\/form-data\b/i.test(type)) return readMultipart(req, maxFileBytes)
  const body = await readText(req)
  if (/^application\/json\b/i.test(type)) return { fields: fieldsOfJson(body) }
  return { fields: fieldsOfForm(body) }
}

/** Decodes a query, or a form-encoded body. */
export function fieldsOfForm(encoded: string): Fields {
  const fields = noFields()
  for (const [name, value] of new URLSearchParams(encoded)) place(fields, name, value)
  return fields
}

/** The value of a parameter that is no list; of several, the last. Empty is as if it were not there. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return (Array.isArray(value) ? value.at(-1) : value) || undefined
}

/** The values of a list, also of one that is written with commas. */
export function listOf(fields: Fields, name: string): string[] {
  const value = fields[name]
  if (Array.isArray(value)) return value
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

async function readMultipart(req: IncomingMessage, maxFileBytes: number): Promise<Form> {
  const fields = noFields()
  let file: Promise<FilePart> | undefined
  const busboy = createBusboy(req)
  busboy.on('field', (name: string, value: string) => place(fields, name, value))
  busboy.on('file', (name: string, stream: Readable, filename: string) => {
    if (name !== 'file' || file) return void stream.resume()
    file = readFile(stream, filename, maxFileBytes)
    file.catch(() => {}) // the pipeline tells as well, and first
  })
  try {
    await pipeline(req, busboy)
  } catch {
    throw invalid('Malformed multipart body')
  }
  const part = await file
  return { fields, ...(part && { file: part }) }
}

function createBusboy(req: IncomingMessage) {
  try {
    return new Busboy({
      headers: req.headers as BusboyHeaders,
      limits: { fieldSize: maxFieldBytes, files: 1, fields: 200, parts: 201 },
    })
  } catch {
    throw invalid('Malformed multipart body: it has no boundary')
  }
}

/** Reads to the end whatever the size, because the refusal names it; keeps no more than it may. */
async function readFile(stream: Readable, filename: string, maxBytes: number): Promise<FilePart> {
  let chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) chunks = []
    else chunks.push(chunk)
  }
  return { bytes: Buffer.concat(chunks), size, filename }
}

function fieldsOfJson(body: string): Fields {
  const fields = noFields()
  for (const [name, value] of Object.entries(parsed(body))) {
    const items = Array.isArray(value) ? value : [value]
    for (const item of items) place(fields, Array.isArray(value) ? `${name}[]` : name, written(item))
  }
  return fields
}

function parsed(body: string): object {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw invalid('Malformed JSON body')
}

function written(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

function place(fields: Fields, name: string, value: string): void {
  const [, list] = /^([^[\]]+)\[\d*\]$/.exec(name) ?? []
  if (list === undefined) fields[name] = value
  else fields[list] = [fields[list] ?? [], value].flat()
}

function noFields(): Fields {
  return Object.create(null) as Fields
}
