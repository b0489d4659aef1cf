import type { Metadata } from 'next';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { UploadPanel } from '../../../components/upload/upload-panel.tsx';
import { container } from '../../../server/container.ts';
import { requireAdmin } from '../../../server/require-admin.ts';

export const metadata: Metadata = { title: 'Upload' };

export default async function UploadPage() {
  await requireAdmin('/admin/upload');
  const { config } = await container();
  return (
    <>
      <SiteHeader>
        <AdminNav at="upload" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-4xl px-4 py-10 sm:px-8">
        <h1 className="display mb-6 text-40">Upload</h1>
        <UploadPanel maxBytes={config.limits.sourceBytes} />
      </main>
    </>
  );
}
