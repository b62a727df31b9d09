#!/usr/bin/env node
/** The `kernelcheck` command. */
import process from 'node:process';
import { runCommand } from './program.ts';
import { endQuietlyOnBrokenPipe } from './shell.ts';

endQuietlyOnBrokenPipe();
process.exitCode = await runCommand(process.argv.slice(2));
