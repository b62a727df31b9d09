/** The properties that a kernel is held to, family by family (spec/properties/). */
import { ABI_PROPERTIES } from './properties/abi.ts';
import { CONTROL_PROPERTIES } from './properties/control.ts';
import { DETERMINISM_PROPERTIES } from './properties/determinism.ts';
import { FAULT_PROPERTIES } from './properties/faults.ts';
import { FILE_PROPERTIES } from './properties/files.ts';
import { IPC_PROPERTIES } from './properties/ipc.ts';
import { ISOLATION_PROPERTIES } from './properties/isolation.ts';
import { LAYERING_PROPERTIES } from './properties/layering.ts';
import { MODULE_PROPERTIES } from './properties/modules.ts';
import { PRIVILEGE_PROPERTIES } from './properties/privilege.ts';
import type { Clause, Property } from './properties/property.ts';

export { CLAUSES, type Clause, type Property } from './properties/property.ts';

export const PROPERTIES: readonly Property[] = [
  ...ISOLATION_PROPERTIES,
  ...CONTROL_PROPERTIES,
  ...ABI_PROPERTIES,
  ...FILE_PROPERTIES,
  ...IPC_PROPERTIES,
  ...MODULE_PROPERTIES,
  ...PRIVILEGE_PROPERTIES,
  ...FAULT_PROPERTIES,
  ...LAYERING_PROPERTIES,
  ...DETERMINISM_PROPERTIES,
];

export const propertyOfClause = (clause: Clause): Property | undefined =>
  PROPERTIES.find(({ clauses }) => clauses.includes(clause));
