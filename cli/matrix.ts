/** `npm run matrix`: the kill matrix. */
import process from 'node:process';
import { runCommand } from './program.ts';
import { endQuietlyOnBrokenPipe } from './shell.ts';

endQuietlyOnBrokenPipe();
process.exitCode = await runCommand(['matrix', ...process.argv.slice(2)]);
