/** The services, by name. */
import { consoleService } from './console.ts';
import type { Service, ServiceName } from './contract.ts';
import { diskService } from './disk.ts';
import { filesService } from './files/index.ts';
import { memoryService } from './memory.ts';
import { networkService } from './network.ts';

export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  files: filesService,
  disk: diskService,
  console: consoleService,
  network: networkService,
  memory: memoryService,
};
