import { z } from 'zod'

/** What MongoDB calls a document. */
export const id = z.string().regex(/^[0-9a-f]{24}$/)

/** An order by its id, or by the number that people read out. */
export const orderKey = z.string().regex(/^(?:[0-9a-f]{24}|[2-9A-HJ-NP-Z]{6})$/)
