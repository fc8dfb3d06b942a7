/** Lists of the catalog; each is a screen. */
export const LIST_SCREENS = [
  'workers',
  'instances',
  'databases',
  'dumpjobs',
  'dumps',
  'restorejobs',
  'restorelog',
  'messages',
  'activity',
  'scripts',
  'settings',
  'audit',
] as const;
export type ListScreenId = (typeof LIST_SCREENS)[number];
export type ScreenId = 'overview' | ListScreenId;
