import type { Credit } from '@marquee/core/movie';

/** People of a film with what they did, as many as there are. */
export function CreditList({ id, heading, credits }: { id: string; heading: string; credits: Credit[] }) {
  if (credits.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="display text-20">
        {heading}
      </h2>
      <ul className="mt-4 grid gap-x-8 gap-y-3 sm:grid-cols-2">
        {credits.map(({ name, role }) => (
          <li key={`${name} ${role}`} className="min-w-0 text-16">
            {name}
            {role !== '' && <span className="block text-14 text-quiet">{role}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
