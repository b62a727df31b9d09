/** Kernels whose services have a mistake: the others are the reference's. */
import { SERVICE_NAMES, type Service } from '../../kernels/services/contract.ts';
import { SERVICES } from '../../kernels/services/index.ts';

export const withService = (changed: Service): { readonly services: readonly Service[] } => ({
  services: SERVICE_NAMES.map((name) => (name === changed.name ? changed : SERVICES[name])),
});
