import Link from 'next/link';
import type { Dashboard } from '../../../server/dashboard.ts';
import { formatBytes, formatCount } from '../../../view/format.ts';

/** The few figures that say how the house stands, each a way to what it counts. */
export function FigureStrip({ house }: { house: Dashboard }) {
  const { films, users, stored, jobs, hours } = house;
  const sum = (pick: (hour: (typeof hours)[number]) => number) => hours.reduce((total, hour) => total + pick(hour), 0);
  const [ready, failed] = [sum((hour) => hour.ready), sum((hour) => hour.failed)];
  const running = jobs.pending + jobs.processing;
  const bytes = stored.sourceBytes + stored.pictureBytes + stored.soundBytes + stored.stillBytes;
  const figures = [
    {
      name: 'Films',
      figure: formatCount(films.ready + films.making + films.unseen),
      note: [
        `${formatCount(films.ready)} ready`,
        films.making > 0 ? `${formatCount(films.making)} playable, being made` : '',
        films.unseen > 0 ? `${formatCount(films.unseen)} not playable` : '',
      ]
        .filter(Boolean)
        .join(', '),
      href: '/admin/films',
    },
    {
      name: 'At work',
      figure: formatCount(running),
      note: `${formatCount(jobs.processing)} being made, ${formatCount(jobs.pending)} waiting`,
      href: '/admin/jobs?status=processing',
    },
    {
      name: 'Ended in 24 hours',
      figure: formatCount(ready + failed),
      note: `${formatCount(ready)} ready, `,
      lost: `${formatCount(failed)} failed`,
      href: '/admin/jobs',
    },
    {
      name: 'Users',
      figure: formatCount(users.total),
      note: users.admins === 1 ? 'one of them runs the house' : `${formatCount(users.admins)} of them run the house`,
      href: '/admin/users',
    },
    { name: 'Stored', figure: formatBytes(bytes), note: 'sources and finished versions', href: '#stored' },
  ];
  return (
    <ul className="mt-6 grid grid-cols-2 gap-x-6 gap-y-6 border-t border-line py-6 sm:grid-cols-3 lg:grid-cols-5">
      {figures.map(({ name, figure, note, lost, href }) => (
        <li key={name} className="relative min-w-0">
          <Link href={href} className="block text-14 text-quiet after:absolute after:inset-0 hover:text-ink">
            {name}
          </Link>
          <p className="display figures mt-1 text-40">{figure}</p>
          <p className="figures mt-1 text-14 text-quiet">
            {note}
            {lost && <span className={failed > 0 ? 'text-lost' : ''}>{lost}</span>}
          </p>
        </li>
      ))}
    </ul>
  );
}
