import { httpUrl } from '@ementech/env'

/** What the build of the pages may be told. Everything here is public. */
export const schema = {
  VITE_API_URL: httpUrl()
    .optional()
    .meta({ description: 'Where the API is; unset, it is where the pages come from' }),
}
