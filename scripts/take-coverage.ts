/** A test worker ends before V8 writes what it counted: under `npm run coverage` it is told to. */
import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';

afterAll(() => takeCoverage());
