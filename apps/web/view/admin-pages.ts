/** The admin pages, in the order in which they are offered. */
export const ADMIN_PAGES = [
  { key: 'dashboard', href: '/admin', name: 'Dashboard' },
  { key: 'films', href: '/admin/films', name: 'Films' },
  { key: 'jobs', href: '/admin/jobs', name: 'Jobs' },
  { key: 'upload', href: '/admin/upload', name: 'Upload' },
  { key: 'queues', href: '/admin/queues', name: 'Queues' },
  { key: 'viewers', href: '/admin/viewers', name: 'Viewers' },
  { key: 'users', href: '/admin/users', name: 'Users' },
  { key: 'tokens', href: '/admin/tokens', name: 'API tokens' },
  { key: 'webhooks', href: '/admin/webhooks', name: 'Webhooks' },
  { key: 'audit', href: '/admin/audit', name: 'Audit log' },
  { key: 'settings', href: '/admin/settings', name: 'Settings' },
] as const;

export type AdminPage = (typeof ADMIN_PAGES)[number]['key'];
