/** What a repository says of itself; sizes in bytes. */
export interface RepositoryStatus {
  repositoryId: string;
  formatVersion: number;
  dumpCount: number;
  rawBytes: number;
  storedBytes: number;
  freeBytes: number;
}
