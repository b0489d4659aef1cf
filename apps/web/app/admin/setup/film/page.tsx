import type { Metadata } from 'next';
import Link from 'next/link';
import { SetupStep } from '../../../../components/account/setup-step.tsx';
import { UploadPanel } from '../../../../components/upload/upload-panel.tsx';
import { container } from '../../../../server/container.ts';
import { requireAdmin } from '../../../../server/require-admin.ts';

export const metadata: Metadata = { title: 'Your first film' };

export default async function FirstFilmPage() {
  const user = await requireAdmin('/admin/setup/film');
  const { config } = await container();
  return (
    <SetupStep
      step={3}
      title={`Put a film on, ${user.name}.`}
      lead="It can be watched within seconds, while the rest of it is still being made."
    >
      <div className="mt-8 max-w-4xl">
        <UploadPanel maxBytes={config.limits.sourceBytes} />
      </div>
      <p className="mt-6">
        <Link href="/admin" className="inline-flex min-h-11 items-center text-14 underline underline-offset-4">
          Later
        </Link>
      </p>
    </SetupStep>
  );
}
