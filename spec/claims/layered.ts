/** The textbook's sentences on layered systems. Each is a promise that runs can break; it names neither pros nor cons. */
import type { Claim } from './claim.ts';
import { TEXTBOOK } from './textbook.ts';

const {
  definition: [split = '', bottom = '', top = '', below = ''],
} = TEXTBOOK.layered;

export const LAYERED_CLAIMS: readonly Claim[] = [
  {
    id: 'layered/n-layers',
    about: 'layered',
    side: 'definition',
    quote: split,
    tag: 'by definition',
    checked: 'The kernel is linked of layers in an order, each in text and data of its own.',
    check: { kind: 'definition', says: 'The kernel is a list of layers, 3 to 12 with both ends.' },
  },
  {
    id: 'layered/hardware-at-the-bottom',
    about: 'layered',
    side: 'definition',
    quote: bottom,
    tag: 'empirical',
    checked: 'Only layer 1 touches the hardware, and interrupts enter there and nowhere else.',
    check: { kind: 'kept', clauses: ['hardware-above-one', 'interrupt-above-one'] },
    reversedBy: 'a layer that stores to a device’s registers, which supervisor mode can reach',
  },
  {
    id: 'layered/users-at-the-top',
    about: 'layered',
    side: 'definition',
    quote: top,
    tag: 'empirical',
    checked: 'What user programs ask for enters at the topmost layer of the kernel.',
    check: { kind: 'kept', clauses: ['wrong-door'] },
    reversedBy:
      'a call through a door that nobody offers: addresses are numbers that any layer can make',
  },
  {
    id: 'layered/only-the-layer-below',
    about: 'layered',
    side: 'definition',
    quote: below,
    tag: 'empirical',
    checked:
      'No layer calls one above it or past the one below it, touches memory that it was not lent, or waits for one above it.',
    check: {
      kind: 'kept',
      clauses: ['layer-skipped', 'upcall', 'foreign-data', 'waits-upward', 'smuggled'],
    },
    reversedBy: 'a pointer to a function or to data that is passed down or kept',
  },
];
