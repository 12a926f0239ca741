import { useEffect, useState } from 'react'
import type { ApiError } from '../api'
import { readUserAgent } from '../devices'
import { useI18n } from '../i18n'
import { listDevices, revokeDevice, signOut } from '../session'
import type { Device } from '../types'
import { Failure } from './failure'

/** Every browser that is signed in with this account; each can be signed out from here. */
export function Devices() {
  const { t, date, problem } = useI18n()
  const [devices, setDevices] = useState<Device[]>()
  const [failure, setFailure] = useState<ApiError>()
  const [error, setError] = useState<ApiError>()

  const load = () => {
    setFailure(undefined)
    listDevices().then(setDevices, setFailure)
  }
  useEffect(load, [])

  async function remove({ id, current }: Device) {
    setError(undefined)
    try {
      if (current) return await signOut()
      await revokeDevice(id)
      setDevices((shown) => shown?.filter((device) => device.id !== id))
      document.getElementById('devices')?.focus()
    } catch (refusal) {
      setError(refusal as ApiError)
    }
  }

  return (
    <section aria-labelledby="devices" className="devices">
      <h2 id="devices" tabIndex={-1}>
        {t.devices}
      </h2>
      {failure && <Failure error={failure} retry={load} />}
      {!devices && !failure && <p className="bone bone-line" aria-busy="true" />}
      <ul>
        {devices?.map((device) => {
          const known = readUserAgent(device.userAgent)
          const name = known ? t.device(...known) : t.deviceUnknown
          return (
            <li key={device.id} className="device">
              <div>
                <p>
                  <strong>{name}</strong>
                </p>
                <p className="muted">{device.current ? t.thisDevice : t.lastUsed(date(device.lastUsedAt))}</p>
              </div>
              <button
                type="button"
                className="link"
                aria-label={t.signOutDevice(device.current ? t.thisDevice : name)}
                onClick={() => void remove(device)}
              >
                {t.signOut}
              </button>
            </li>
          )
        })}
      </ul>
      {error && (
        <p className="problem" role="alert">
          {problem(error)}
        </p>
      )}
    </section>
  )
}
