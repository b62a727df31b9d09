/** `kernelcheck list`: what there is to check, and what a kernel is held to. */
import { catalogue } from '../../properties/checker/catalogue.ts';
import { renderCalls } from '../../properties/render/calls.ts';
import { renderCatalogue, renderCatalogueJson } from '../../properties/render/catalogue.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';

export interface ListFlags {
  readonly json?: boolean;
  /** Only the call table. */
  readonly calls?: boolean;
}

export const listVerb = (shell: Shell, { json, calls }: ListFlags): ExitCode => {
  const text = json
    ? renderCatalogueJson(catalogue)
    : calls
      ? renderCalls(shell)
      : renderCatalogue(catalogue, shell);
  shell.out(text);
  return ExitCode.passed;
};
