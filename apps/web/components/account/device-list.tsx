'use client';

import { endSessionAction, signOutEverywhereAction } from '../../server/account-actions.ts';
import type { Device } from '../../server/devices.ts';
import { deviceName } from '../../view/device-name.ts';
import { formatClock } from '../../view/format.ts';
import { useTimeZone } from '../job/use-time-zone.ts';

/** The devices of one person, each with the button that ends it. */
export function DeviceList({ devices, renderedAtMs }: { devices: Device[]; renderedAtMs: number }) {
  const timeZone = useTimeZone();
  return (
    <>
      <ul className="mt-4">
        {devices.map((device) => (
          <li
            key={device.id}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 border-b border-line py-3"
          >
            <p className="min-w-0 text-16">
              {deviceName(device.userAgent)}
              {device.isThis && <span className="text-quiet"> · this one</span>}
              <span className="figures block text-14 text-quiet">
                since {formatClock(device.sinceMs, renderedAtMs, timeZone)}
                {device.address && `, from ${device.address}`}
              </span>
            </p>
            {!device.isThis && (
              <form action={endSessionAction}>
                <input type="hidden" name="session" value={device.id} />
                <button type="submit" className="control" aria-label={`Sign out ${deviceName(device.userAgent)}`}>
                  Sign out
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <form action={signOutEverywhereAction} className="mt-6">
        <button type="submit" className="control">
          Sign out everywhere
        </button>
      </form>
    </>
  );
}
